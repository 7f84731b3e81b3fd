package token_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

const goodFile = `{
  "version": 1,
  "keys": [
    {
      "kid": "new",
      "alg": "HS256",
      "created": "2026-06-14T12:00:00Z",
      "activates_at": "2026-06-14T12:05:00Z",
      "secret": "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ"
    },
    {
      "kid": "old",
      "alg": "HS256",
      "created": "2026-05-14T12:00:00Z",
      "activates_at": "2026-05-14T12:00:00Z",
      "not_after": "2026-06-14T14:05:00Z",
      "secret": "dGhpcyBvbmUgd2FzIGEgc2VjcmV0IGFsbCB0aHJvdWdoIE1heSE"
    },
    {
      "kid": "ext",
      "alg": "EdDSA",
      "secret": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY"
    }
  ]
}
`

func TestAKeyringFileIsReadAndWrittenAlike(t *testing.T) {
	ring := must(token.DecodeKeyring([]byte(goodFile)))
	if text := string(must(ring.Encode())); text != goodFile {
		t.Fatalf("written again it is %s", text)
	}
	keys := ring.Keys(noon)
	if len(keys) != 3 || keys[0].Kid != "new" || !keys[0].ActivatesAt.Equal(noon.Add(5*time.Minute)) ||
		keys[1].Kid != "old" || keys[1].NotAfter.IsZero() || keys[2].Alg != "EdDSA" || !keys[2].Created.IsZero() {
		t.Fatalf("keys are %+v", keys)
	}
}

// withUnknownKey is a file of a later release.
var withUnknownKey = strings.Replace(goodFile, `
  ]`, `,
    {
      "kid": "code",
      "alg": "HS256-codes",
      "scope": "termine",
      "secret": "bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ"
    }
  ]`, 1)

func TestAKeyOfALaterReleaseIsKeptAsItStands(t *testing.T) {
	ring := must(token.DecodeKeyring([]byte(withUnknownKey)))
	if text := string(must(ring.Encode())); text != withUnknownKey {
		t.Errorf("written again it is %s", text)
	}
	if ring.String() != "keyring(2 HS256, 1 EdDSA, 1 unknown)" {
		t.Errorf("the ring is %v", ring)
	}
	if ring.Equal(must(token.DecodeKeyring([]byte(goodFile)))) {
		t.Error("without the key it is the same ring")
	}
	later := noon.AddDate(1, 0, 0)
	rotated := must(ring.Rotate(seeded(1), token.Rotation{Now: later, Overlap: time.Hour}))
	const begins = `    {
      "kid": "code"`
	_, after, _ := strings.Cut(withUnknownKey, begins)
	unknown := begins + after
	if text := string(must(rotated.Encode())); !strings.HasSuffix(text, unknown) {
		t.Errorf("after a rotation it is %s", text)
	}
	_, err := token.DecodeKeyring([]byte(strings.Replace(withUnknownKey, `"code"`, `"ext"`, 1)))
	wantError(t, err, token.ErrInvalidKeyring)
}

func TestAnyHistoryOfRotationsSurvivesTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		ring := must(token.NewKeyring(seeded(0), now))
		for i := range rapid.IntRange(0, 5).Draw(t, "rotations") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 5000).Draw(t, "pause")) * time.Second)
			rotated, err := ring.Rotate(seeded(byte(i+1)), token.Rotation{
				Now:         now,
				ActivatesAt: now.Add(time.Duration(rapid.Int64Range(0, 900).Draw(t, "lead")) * time.Second),
				Overlap:     time.Duration(rapid.Int64Range(0, 9000).Draw(t, "overlap")) * time.Second,
			})
			if err == nil {
				ring = rotated
			}
		}
		if read := must(token.DecodeKeyring(must(ring.Encode()))); !read.Equal(ring) {
			t.Fatalf("%+v is read as %+v", ring.Keys(noon), read.Keys(noon))
		}
	})
}

func TestABadKeyringFileIsRefusedWithAReason(t *testing.T) {
	for name, c := range map[string]struct{ old, spoilt, reason string }{
		"another version":         {`"version": 1`, `"version": 2`, "version: is 2, must be 1"},
		"no version":              {`"version": 1,`, ``, "version: is 0"},
		"no keys":                 {`"keys"`, `"keys": [], "x"`, "x"},
		"an unknown field":        {`"not_after"`, `"not_afer"`, `keys[1]: json: unknown field "not_afer"`},
		"a field in capitals":     {`"secret"`, `"Secret"`, `unknown field "Secret"`},
		"a field in long s":       {`"secret"`, `"ſecret"`, `unknown field "ſecret"`},
		"a field twice":           {`"kid": "new"`, `"kid": "new", "kid": "new"`, `field "kid" stands twice`},
		"text after the end":      {"  ]\n}", "  ]\n} {}", "text after the end"},
		"half a file":             {"  ]\n}", "", "EOF"},
		"a number for a string":   {`"new"`, `1`, "cannot unmarshal"},
		"nesting":                 {`"new"`, `[[[[[[1]]]]]]`, "nested too deeply"},
		"no algorithm":            {`"alg": "EdDSA",`, ``, "keys[2].alg: must be HS256, EdDSA"},
		"a bad algorithm":         {`"EdDSA"`, `"Ed DSA"`, "keys[2].alg: must be HS256, EdDSA"},
		"an empty kid":            {`"new"`, `""`, "keys[0].kid: must be"},
		"a kid with a colon":      {`"new"`, `"n:w"`, "keys[0].kid: must be"},
		"a kid twice":             {`"old"`, `"new"`, "keys[1].kid: is also that of keys[0]"},
		"a kid of two algorithms": {`"ext"`, `"new"`, "keys[2].kid: is also that of keys[0]"},
		"a secret twice": {
			`dGhpcyBvbmUgd2FzIGEgc2VjcmV0IGFsbCB0aHJvdWdoIE1heSE`, `bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ`,
			"keys[1].secret: is also that of keys[0]",
		},
		"a short secret":          {`bm9ib2R5IGtub3dz`, ``, "keys[0].secret: has 25 bytes, must have 32 to 256"},
		"a long secret":           {`bm9ib2R5`, strings.Repeat("AAAA", 100), "must have 32 to 256"},
		"a long seed":             {`QUJD`, `QUJDQUJD`, "keys[2].secret: has 35 bytes, an EdDSA seed must have 32"},
		"no base64":               {`bm9i`, `bm9*`, "keys[0].secret: must be base64"},
		"no time":                 {`"2026-06-14T12:05:00Z"`, `"noon"`, "noon"},
		"a time before 1970":      {`"2026-05-14T12:00:00Z"`, `"1926-05-14T12:00:00Z"`, "keys[1].created"},
		"an end of the newest":    {`"activates_at": "2026-06-14T12:05:00Z"`, `"not_after": "2026-06-14T12:05:00Z"`, `key "old": not_after`},
		"an end of the only one":  {`"alg": "EdDSA"`, `"alg": "EdDSA", "not_after": "2026-06-14T12:05:00Z"`, `key "ext": not_after`},
		"an end before the next":  {`"2026-06-14T14:05:00Z"`, `"2026-06-14T12:04:59Z"`, `key "old": not_after`},
		"two problems, both told": {`"new"`, `"n w"`, "keys[0].kid"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(goodFile, c.old, c.spoilt, 1)
			if text == goodFile {
				t.Fatal("the case spoils nothing")
			}
			_, err := token.DecodeKeyring([]byte(text))
			wantError(t, err, token.ErrInvalidKeyring)
			if !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("error is %q, must name %q", err, c.reason)
			}
		})
	}
	t.Run("all problems are told at once", func(t *testing.T) {
		text := strings.NewReplacer(`"new"`, `"n w"`, `"EdDSA"`, `""`).Replace(goodFile)
		_, err := token.DecodeKeyring([]byte(text))
		wantError(t, err, token.ErrInvalidKeyring)
		for _, reason := range []string{"keys[0].kid", "keys[2].alg"} {
			if !strings.Contains(err.Error(), reason) {
				t.Errorf("error is %q, must name %q", err, reason)
			}
		}
	})
	for name, text := range map[string]string{
		"an empty file": "", "an empty object": "{}", "a list": "[]", "null": "null",
		"no key at all": `{"version": 1, "keys": []}`, "a null key": `{"version": 1, "keys": [null]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := token.DecodeKeyring([]byte(text))
			wantError(t, err, token.ErrInvalidKeyring)
		})
	}
}

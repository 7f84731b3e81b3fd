package token_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/token"
)

func TestTheFirstKeyOfTheEnvironmentSignsAndAllVerify(t *testing.T) {
	old := must(authorityOver("k0").AppendTicket(nil, someTicket()))
	both := authorityOver("k1", "k0")
	if _, err := both.VerifyTicket(old, noon); err != nil {
		t.Errorf("a ticket of the second key: %v", err)
	}
	fresh := must(both.AppendTicket(nil, someTicket()))
	if _, err := authorityOver("k1").VerifyTicket(fresh, noon); err != nil {
		t.Errorf("a ticket of the first key: %v", err)
	}
	_, err := authorityOver("k0").VerifyTicket(fresh, noon)
	wantError(t, err, token.ErrUnknownKey)
}

func TestASecretOfTheEnvironmentMayBeAnyBase64(t *testing.T) {
	secret := make([]byte, 34)
	for i := range secret {
		secret[i] = 0xfb
	}
	want := must(token.LoadEnv("k:" + base64.RawURLEncoding.EncodeToString(secret)))
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding} {
		value := " k:" + encoding.EncodeToString(secret) + "\n"
		if ring := must(token.LoadEnv(value)); !ring.Equal(want) {
			t.Errorf("%q is another key", value)
		}
	}
}

func TestABadEnvironmentValueIsRefusedWithoutRepeatingIt(t *testing.T) {
	good := envEntry("k1")
	secret := strings.TrimPrefix(good, "k1:")
	for name, c := range map[string]struct{ value, reason string }{
		"nothing":             {"", "keys[0]: must be kid:secret"},
		"no kid":              {secret, "keys[0]: must be kid:secret"},
		"an empty kid":        {":" + secret, "keys[0].kid"},
		"an empty entry":      {good + ",", "keys[1]: must be kid:secret"},
		"a space between":     {good + ", " + envEntry("k0"), "keys[1].kid"},
		"no base64":           {"k1:!" + secret, "keys[0]: secret must be base64"},
		"a short secret":      {"k1:" + secret[8:], "keys[0].secret: has 26 bytes"},
		"no secret":           {"k1:", "keys[0].secret: has 0 bytes"},
		"another algorithm":   {"k1:RS256:" + secret, "keys[0]: must be kid:secret"},
		"a kid twice":         {good + "," + good, "keys[1].kid: is also that of keys[0]"},
		"only key pairs":      {"k1:EdDSA:" + secret, "keys: must hold at least one HS256 key"},
		"a seed too long":     {good + ",x:EdDSA:" + base64.StdEncoding.EncodeToString(make([]byte, 33)), "keys[1].secret"},
		"problems everywhere": {"a:!,b:!", "keys[1]: secret must be base64"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := token.LoadEnv(c.value)
			wantError(t, err, token.ErrInvalidKeyring)
			if !strings.Contains(err.Error(), c.reason) {
				t.Errorf("error is %q, must name %q", err, c.reason)
			}
			if strings.Contains(err.Error(), secret[8:]) {
				t.Errorf("error shows the secret: %q", err)
			}
		})
	}
}

// Package draw holds a draw to what others compute: the script of its page, and a program under Node that shares no code with the
// product and knows nothing but the published record. It has tests only.
package draw

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/draw"
)

const records = "../../pkg/queue/draw/testdata/"

// node runs node in this directory.
func node(t *testing.T, args ...string) (out, complaint string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

func TestThePagesScriptComputesWhatOthersDo(t *testing.T) {
	t.Parallel()
	out, complaint, err := node(t, "--test", "--test-reporter=tap", "check.test.mjs")
	if err != nil || !strings.Contains(out, "\n# fail 0\n") || strings.Contains(out, "\n# pass 0\n") {
		t.Fatalf("%v\n%s%s", err, out, complaint)
	}
}

// order is the published order of a draw in the form that the program prints.
func order(t *testing.T, text []byte) string {
	t.Helper()
	record, err := draw.ParseRecord(text)
	if err != nil {
		t.Fatal(err)
	}
	freeze, err := draw.ParseFreeze(record.Freeze.Statement)
	if err != nil {
		t.Fatal(err)
	}
	result, err := draw.ParseResult(record.Result.Statement)
	if err != nil {
		t.Fatal(err)
	}
	p, err := draw.New(result.Seed, freeze.N)
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, freeze.N)
	lot := uint64(0)
	for _, s := range freeze.Segments {
		for number := s.First; number <= s.Last; number++ {
			place, err := p.Place(lot)
			if err != nil {
				t.Fatal(err)
			}
			lines[place] = fmt.Sprintf("%d %d %d\n", place+1, s.Epoch, number)
			lot++
		}
	}
	return strings.Join(lines, "")
}

func TestAnotherProgramComputesTheSameOrderFromTheRecord(t *testing.T) {
	t.Parallel()
	for _, rule := range draw.Rules() {
		file := records + "record-" + string(rule) + ".json"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, complaint, err := node(t, "recompute.mjs", file)
		if err != nil {
			t.Fatalf("%s: %v %s", rule, err, complaint)
		}
		if want := order(t, text); got != want {
			t.Errorf("%s: the orders differ: %.200s ... want %.200s", rule, got, want)
		}
	}
}

// signer is a key of the test.
type signer struct{ ed25519.PrivateKey }

func (signer) Kid() string                 { return "k" }
func (s signer) Public() ed25519.PublicKey { return s.PrivateKey.Public().(ed25519.PublicKey) }
func (s signer) Sign(text []byte) []byte   { return ed25519.Sign(s.PrivateKey, text) }

// aRecord is of a draw of five lots in three segments, of which one is empty, as change makes it.
func aRecord(change func(*draw.Commitment, *draw.Freeze, *draw.Result)) []byte {
	secret := draw.Value{1, 2, 3}
	c := draw.Commitment{Room: "r", Opening: "o", Beacon: draw.ByHand, Commit: draw.Commit(secret)}
	f := draw.Freeze{
		Room: "r", Opening: "o", Commit: c.Commit, Frozen: 1_800_000_000_000, N: 5, Epoch: 3, First: 10, Root: draw.NoRoll(),
		Segments: []draw.Segment{{Epoch: 3, First: 10, Last: 11}, {Epoch: 4, First: 20, Last: 19}, {Epoch: 5, First: 20, Last: 22}},
	}
	s := draw.Result{Room: "r", Opening: "o", Beacon: draw.ByHand, Secret: &secret, Line: "1 2 3", Value: draw.Typed("1 2 3"), Algorithm: draw.SwapOrNot}
	s.Seed = draw.Seed(secret, 3, 10, 5, f.Root, s.Value)
	change(&c, &f, &s)
	by := signer{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	var r draw.Record
	r.SetCommitment(&c, by)
	r.SetFreeze(&f, by)
	r.SetResult(s, by)
	return r.Encode()
}

func TestTheOtherProgramNamesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*draw.Commitment, *draw.Freeze, *draw.Result)
		swap   string // a part of the text and what stands there instead
		says   string
	}{
		"good": {says: ""},
		"it fell back": {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) {
			s.Beacon, s.Line, s.Value, s.Fallback = draw.None, "", draw.Value{}, draw.NothingTyped
			s.Seed = draw.Seed(*s.Secret, 3, 10, 5, draw.NoRoll(), s.Value)
		}},
		"it failed": {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) {
			s.Beacon, s.Line, s.Value, s.Fallback, s.Seed, s.Algorithm = draw.None, "", draw.Value{}, draw.NoSeed, draw.Value{}, draw.Arrival
		}},
		"secret":     {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) { s.Secret = &draw.Value{9} }, says: "the secret is not the one that was sealed"},
		"commitment": {change: func(_ *draw.Commitment, f *draw.Freeze, _ *draw.Result) { f.Commit[0]++ }, says: "freeze: another commitment"},
		"lots":       {change: func(_ *draw.Commitment, f *draw.Freeze, _ *draw.Result) { f.N = 6 }, says: "the lots are not as many"},
		"beacon":     {change: func(c *draw.Commitment, _ *draw.Freeze, _ *draw.Result) { c.Beacon = draw.None }, says: "another beacon than was announced"},
		"line":       {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) { s.Line = "1 2 4" }, says: "the value is not the beacon's"},
		"seed":       {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) { s.Seed[5]++ }, says: "the seed does not follow"},
		"arrival":    {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) { s.Algorithm = draw.Arrival }, says: "only a draw that has failed"},
		"draw":       {change: func(_ *draw.Commitment, _ *draw.Freeze, s *draw.Result) { s.Opening = "p" }, says: "of different draws"},
		"a byte":     {swap: `"line":"1 2 3" "line":"1 2 5"`, says: "result: the signature does not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := tt.change
			if change == nil {
				change = func(*draw.Commitment, *draw.Freeze, *draw.Result) {}
			}
			text := aRecord(change)
			// The result names the freeze by its hash, which SetResult writes; a change of the freeze is one of the text.
			if was, is, ok := strings.Cut(tt.swap, `" `); ok {
				text = bytes.Replace(text, []byte(was+`"`), []byte(is), 1)
			}
			file := filepath.Join(t.TempDir(), "record.json")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			got, complaint, err := node(t, "recompute.mjs", file)
			if (err == nil) != (tt.says == "") || !strings.Contains(complaint, tt.says) {
				t.Fatalf("%v: %s, want %q", err, complaint, tt.says)
			}
			if err == nil && got != order(t, text) {
				t.Errorf("order\n%s want\n%s", got, order(t, text))
			}
		})
	}
}

// Who is early is told what is not there yet.
func TestTheOtherProgramSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	record, err := draw.ParseRecord(aRecord(func(*draw.Commitment, *draw.Freeze, *draw.Result) {}))
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"result", "freeze"} {
		record.Result = nil
		if what == "freeze" {
			record.Freeze = nil
		}
		file := filepath.Join(t.TempDir(), "record.json")
		if err := os.WriteFile(file, record.Encode(), 0o600); err != nil {
			t.Fatal(err)
		}
		_, complaint, err := node(t, "recompute.mjs", file)
		if want := "recompute: " + what + ": the record has none"; err == nil || !strings.Contains(complaint, want) {
			t.Errorf("%v %s, want %s", err, complaint, want)
		}
	}
}

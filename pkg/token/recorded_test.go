package token

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// recorded is one token of an earlier release, with its claims as they are in its text.
type recorded struct {
	Kind   string
	Value  string
	Claims struct {
		Sub   string
		Ep, N uint64
		Aud   string
		St    int64
		Iat   int64
		Exp   int64
	}
}

func readRecorded(t *testing.T, dir, name string, to any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// recordedRing loads a keyring of testdata as an installation has it: readable by its owner alone.
func recordedRing(t *testing.T, dir, name string) *Keyring {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestTicketsAndPassesOfEarlierReleasesHold(t *testing.T) {
	dirs, err := filepath.Glob("testdata/20*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("recordings: %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		for _, name := range []string{"keyring.json", "keyring-rotated.json"} {
			t.Run(filepath.Base(dir)+" "+name, func(t *testing.T) { verifyRecorded(t, dir, name) })
		}
	}
}

func verifyRecorded(t *testing.T, dir, name string) {
	source, err := NewSource(recordedRing(t, dir, name))
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAuthority(source, "termine")
	if err != nil {
		t.Fatal(err)
	}
	var ms int64
	readRecorded(t, dir, "now.json", &ms)
	var tokens []recorded
	readRecorded(t, dir, "cookies.json", &tokens)
	now, seen := time.UnixMilli(ms), map[string]int{}
	for _, r := range tokens {
		seen[r.Kind]++
		var id ID
		if !id.decode([]byte(r.Claims.Sub)) {
			t.Fatalf("no visitor id: %q", r.Claims.Sub)
		}
		c := r.Claims
		switch r.Kind {
		case "ticket":
			got, err := a.VerifyTicket([]byte(r.Value), now)
			if want := (Ticket{Room: c.Aud, Visitor: id, Epoch: c.Ep, Number: c.N, IssuedAt: c.Iat, ExpiresAt: c.Exp}); err != nil || got != want {
				t.Errorf("ticket %+v, %v; want %+v", got, err, want)
			}
		case "pass":
			got, err := a.VerifyPass([]byte(r.Value), now)
			want := Pass{Room: c.Aud, Visitor: id, Epoch: c.Ep, Number: c.N, StartedAt: c.St, IssuedAt: c.Iat, ExpiresAt: c.Exp}
			if err != nil || got != want {
				t.Errorf("pass %+v, %v; want %+v", got, err, want)
			}
		}
	}
	if seen["ticket"] < 20 || seen["pass"] < 3 {
		t.Errorf("the recording has %v", seen)
	}
}

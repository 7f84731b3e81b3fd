package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/report"
	"github.com/einlass/einlass/internal/report/signed"
	"github.com/einlass/einlass/pkg/queue/draw"
	keyring "github.com/einlass/einlass/pkg/token"
)

// SignReport signs by a key of the test.
func (g *gateway) SignReport(_ context.Context, id string, asked signed.Asked) (signed.Signature, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.signer == nil {
		ring, err := keyring.NewKeyring(rand.Reader, time.Now())
		if err != nil {
			return signed.Signature{}, err
		}
		g.jwks = ring.AppendJWKS(nil, time.Now())
		g.signer, _ = ring.Signer(time.Now())
	}
	return signed.Sign(g.signer, id, asked, time.Now()), g.err
}

// reports are made of the drawn morning, with the record of its draw at the gateway.
func reports(t *testing.T) (g *gateway, dir string) {
	t.Helper()
	secret := draw.Value{1}
	file, frozen := drawnMorning(t, secret)
	by, s := signer(t), frozen.Segments[0]
	c := draw.Commitment{Room: "termine", Opening: "o", Beacon: draw.None, Commit: draw.Commit(secret)}
	var record draw.Record
	record.SetCommitment(&c, by)
	record.SetFreeze(&draw.Freeze{
		Room: "termine", Opening: "o", Commit: c.Commit, Frozen: frozen.Frozen, Segments: []draw.Segment{{Epoch: s.Epoch, First: s.First, Last: s.Last}},
		N: frozen.N, Epoch: s.Epoch, First: s.First, Root: draw.NoRoll(),
	}, by)
	record.SetResult(draw.Result{Room: "termine", Opening: "o", Beacon: draw.None, Secret: &secret, Seed: frozen.Seed, Algorithm: draw.SwapOrNot}, by)
	g = newGateway()
	g.records = []string{string(record.Encode())}
	return g, filepath.Dir(file)
}

func TestAReportIsMadeSignedAndVerified(t *testing.T) {
	g, journals := reports(t)
	env := environment(g.serve(t))
	acts, keys, _ := recordOf(t)
	out := filepath.Join(t.TempDir(), "bericht")
	args := []string{"report", "--opening", "o", "--journal", journals, "--audit", acts, "--out", out, "--zone", "Europe/Berlin"}
	code, said, stderr := command(t, env, args...)
	if code != 0 || said != out+".html\n"+out+".json\n" {
		t.Fatalf("%d %q %q", code, said, stderr)
	}
	if code, _, stderr := command(t, env, args...); code != 1 || !strings.Contains(stderr, "is there already") {
		t.Errorf("a report is written over: %d %q", code, stderr)
	}
	text, err := os.ReadFile(out + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Report report.Report }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	r := &file.Report
	if r.Room != "termine" || r.People.Entries != 30 || r.Proof.Violations != 0 || r.Proof.Draw == nil || !r.Proof.Draw.Fits || r.Proof.Draw.Places != 30 {
		t.Errorf("%+v, %+v", r.Proof, r.Proof.Draw)
	}
	if len(r.Proof.Records) != 1 || r.Proof.Records[0].Last != 7 || r.Proof.Records[0].Fault != "" {
		t.Errorf("records are %+v", r.Proof.Records)
	}
	site := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(site, g.jwks, 0o600); err != nil {
		t.Fatal(err)
	}
	verify := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, stderr := command(t, nil, append([]string{"report", "verify"}, args...)...)
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("report verify %q: %d %q %q, want %d %q", args, code, out, stderr, wantCode, want)
		}
	}
	for _, suffix := range []string{".html", ".json"} {
		verify(0, "the report fits: room termine, opening o, signed by ", out+suffix, "--keys", site)
		verify(0, "by the key that it names itself", out+suffix)
		verify(1, "the key that signed is not among those given", out+suffix, "--keys", keys)
		text, err := os.ReadFile(out + suffix)
		if err != nil {
			t.Fatal(err)
		}
		changed := filepath.Join(t.TempDir(), "changed"+suffix)
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), "30", "31", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		verify(1, "does not fit its signature", changed)
	}
}

func TestAReportWithoutAGatewayIsNotSigned(t *testing.T) {
	_, journals := reports(t)
	out := filepath.Join(t.TempDir(), "report")
	if code, _, stderr := command(t, nil, "report", "--unsigned", "--journal", journals, "--out", out, "--lang", "en"); code != 0 {
		t.Fatalf("%d %q", code, stderr)
	}
	if code, _, stderr := command(t, nil, "report", "verify", out+".html"); code != 1 || !strings.Contains(stderr, "not signed") {
		t.Errorf("%d %q", code, stderr)
	}
	for want, args := range map[string][]string{
		"--journal is missing":            {},
		"--lang fr: want de or en":        {"--journal", journals, "--lang", "fr"},
		"--zone: ":                        {"--journal", journals, "--zone", "Nowhere/There"},
		"there is no journal in ":         {"--journal", t.TempDir()},
		"there is no journal of room kfz": {"--journal", journals, "--room", "kfz"},
		`do not tell of the opening "p"`:  {"--journal", journals, "--opening", "p"},
		"there is no token":               {"--journal", journals},
	} {
		if want != "there is no token" && want != "--journal is missing" {
			args = append(args, "--unsigned")
		}
		if code, _, stderr := command(t, nil, append([]string{"report"}, args...)...); code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %q, want %q", args, code, stderr, want)
		}
	}
}

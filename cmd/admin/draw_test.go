package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
	keyring "github.com/einlass/einlass/pkg/token"
)

// records are those of the draw's own tests, one of each beacon.
func records(t *testing.T) (files []string) {
	t.Helper()
	for _, rule := range draw.Rules() {
		files = append(files, filepath.Join("..", "..", "pkg", "queue", "draw", "testdata", "record-"+string(rule)+".json"))
	}
	return files
}

func TestDrawsAreShown(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	said := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, stderr := command(t, env, append([]string{"draw"}, args...)...)
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("draw %q: exit code %d, %q %q, want %d, %q", args, code, out, stderr, wantCode, want)
		}
	}
	said(0, "draws of termine: none is committed to\n", "show", "termine")
	for _, file := range records(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g.records = append(g.records, string(text))
	}
	const seal = "  seal 6d1f6dddb5ae0343afa5bc62306b82bf6667a73f501c7f84c191926e9ce30ddb\n"
	said(0, "2026-12-01 08:00: 9000 numbers drawn, by drand\n"+seal+"2026-12-01 08:00: 9000 numbers drawn, by the line \"3 17 22 31 40 49 ö\"\n"+seal+
		"2026-12-01 08:00: 9000 numbers drawn, by the secret alone\n"+seal, "show", "termine")
	said(0, g.records[0], "show", "termine", "2026-12-01 08:00")
	said(1, `there is no draw of "2026-12-02 08:00" in room termine`, "show", "termine", "2026-12-02 08:00")
	said(1, "does not exist", "show", "nowhere")
	said(2, "ROOM is missing", "show")
	r, err := draw.ParseRecord([]byte(g.records[0]))
	if err != nil {
		t.Fatal(err)
	}
	r.Result = nil
	g.records = []string{string(r.Encode())}
	said(0, "9000 numbers frozen, waits for round 1000 of drand, at 15:59:24 UTC\n"+seal, "show", "termine")
	r.Freeze = nil
	g.records = []string{string(r.Encode())}
	said(0, "2026-12-01 08:00: committed to, decided by drand\n"+seal, "show", "termine")
	g.undrawn = []string{"2026-12-01 08:00"}
	said(0, "2026-12-01 08:00: nothing was drawn, of one number or none in its lobby; the order of arrival stands\n"+seal, "show", "termine")
}

func TestALineIsTypedIn(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	said := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, stderr := command(t, env, append([]string{"draw", "type"}, args...)...)
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("draw type %q: exit code %d, %q %q, want %d, %q", args, code, out, stderr, wantCode, want)
		}
	}
	said(0, `the draw of 2026-12-01 08:00 in termine is decided by the line "3 17 22"`, "termine", "2026-12-01 08:00", " 3 17 22 ", "--reason", "dice")
	if g.reason != "dice" {
		t.Errorf("the reason is %q", g.reason)
	}
	said(1, "its lobby is still open", "termine", "later", "3")
	said(2, "LINE: it is empty", "termine", "2026-12-01 08:00", "  ")
	said(2, "LINE: 301 bytes are more than 300", "termine", "2026-12-01 08:00", strings.Repeat("x", 301))
	said(2, "OPENING and LINE is missing", "termine")
	said(1, "does not exist", "nowhere", "2026-12-01 08:00", "3")
}

// verifies runs draw verify without any gateway.
func verifies(t *testing.T, wantCode int, want string, args ...string) {
	t.Helper()
	code, out, stderr := command(t, nil, append([]string{"draw", "verify"}, args...)...)
	if code != wantCode || !strings.Contains(out+stderr, want) {
		t.Errorf("draw verify %q: exit code %d, %q %q, want %d, %q", args, code, out, stderr, wantCode, want)
	}
}

func TestARecordIsVerifiedWithoutAGateway(t *testing.T) {
	for _, file := range records(t) {
		verifies(t, 0, "the record fits\n", file)
	}
	text, err := os.ReadFile(records(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.json")
	for _, at := range []int{10, len(text) / 2, len(text) - 20} {
		bad := append([]byte(nil), text...)
		bad[at] ^= 1
		if err := os.WriteFile(changed, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		verifies(t, 1, "the record does not fit: ", changed)
	}
	keys := filepath.Join(dir, "jwks.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(keys, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}]}`)
	verifies(t, 0, "the record fits\n", records(t)[0], "--keys", keys)
	ring, err := keyring.NewKeyring(rand.Reader, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	write(string(ring.AppendJWKS(nil, time.Unix(1_700_000_000, 0))))
	verifies(t, 1, `keys: "k1" is none of those that are trusted`, records(t)[0], "--keys", keys)
	write(`{"keys":[]}`)
	verifies(t, 1, "has no Ed25519 key", records(t)[0], "--keys", keys)
	verifies(t, 1, "no such file", filepath.Join(dir, "nowhere.json"))
	verifies(t, 2, "RECORD is missing")
}

// signer signs the record of a test.
func signer(t *testing.T) *keyring.Signer {
	t.Helper()
	ring, err := keyring.NewKeyring(rand.Reader, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	by, _ := ring.Signer(time.Unix(1_700_000_000, 0))
	return by
}

// drawnMorning plays an opening of 30 on a recorded store, and returns its journal and its draw.
func drawnMorning(t *testing.T, secret draw.Value) (file string, frozen queue.Draw) {
	t.Helper()
	now, dir := int64(1_800_000_000_000), t.TempDir()
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return now }})
	if err != nil {
		t.Fatal(err)
	}
	log, err := journal.Create(dir, "termine", true, time.UnixMilli(now), func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	recorded := &journal.Recorder{Store: store, Log: log}
	room, err := queue.NewRoom(recorded, queue.RoomConfig{
		FirstStart: true, Clock: func() time.Time { return time.UnixMilli(now) },
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, MaxInside: 100, Burst: 10}, Plan: []queue.Step{
			{At: now + 1000, Opening: "o", Rank: 1, Phase: queue.PhaseLobby},
			{At: now + 60_000, Opening: "o", Rank: 2, Phase: queue.PhaseOpen, Draw: true},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	pass := func(d time.Duration) {
		for ; d > 0; d -= 250 * time.Millisecond {
			now += 250
			room.Flush(t.Context())
			room.Tick(t.Context())
		}
	}
	pass(5 * time.Second)
	var tickets []queue.Ticket
	for range 30 {
		j, err := room.Arrive(queue.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, queue.Ticket{Visitor: j.Place.Visitor, Epoch: j.Place.Epoch, Number: j.Place.Number})
	}
	pass(time.Minute)
	frozen = room.View().Snapshot.Opening.Draws[0].Clone()
	s := frozen.Segments[0]
	if frozen.Seed, err = room.Reveal(context.Background(), "o", draw.Seed(secret, s.Epoch, s.First, frozen.N, draw.NoRoll(), draw.Value{})); err != nil {
		t.Fatal(err)
	}
	for range 40 {
		pass(time.Second)
		for _, ticket := range tickets {
			if p, known := room.Place(ticket); known && room.Poll(p, -1).State == queue.StateCalled {
				if _, err := room.Claim(p); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return files[0], frozen
}

func TestJournalsAreHeldToARecord(t *testing.T) {
	secret := draw.Value{1}
	file, frozen := drawnMorning(t, secret)
	by, s := signer(t), frozen.Segments[0]
	c := draw.Commitment{Room: "termine", Opening: "o", Beacon: draw.None, Commit: draw.Commit(secret)}
	f := draw.Freeze{
		Room: "termine", Opening: "o", Commit: c.Commit, Frozen: frozen.Frozen, Segments: []draw.Segment{{Epoch: s.Epoch, First: s.First, Last: s.Last}},
		N: frozen.N, Epoch: s.Epoch, First: s.First, Root: draw.NoRoll(),
	}
	r := draw.Result{Room: "termine", Opening: "o", Beacon: draw.None, Secret: &secret, Seed: frozen.Seed, Algorithm: draw.SwapOrNot}
	verify := func(wantCode int, want string) {
		t.Helper()
		var record draw.Record
		record.SetCommitment(&c, by)
		record.SetFreeze(&f, by)
		record.SetResult(r, by)
		path := filepath.Join(t.TempDir(), "record.json")
		if err := os.WriteFile(path, record.Encode(), 0o600); err != nil {
			t.Fatal(err)
		}
		verifies(t, wantCode, want, path, "--journal", file)
	}
	verify(0, "the journals fit: 30 tickets of the draw at their places, 30 of them called, in that order\n30 of 30 lots seen; 0 missing\n")

	// A journal from which lines are taken that tell of one ticket.
	whole := file
	file = lacking(t, whole, ticketOf(t, whole), false)
	verify(1, "the journals are incomplete: 29 of 30 lots seen in the journals; 1 missing")
	file = lacking(t, whole, ticketOf(t, whole), true)
	verify(0, "29 of 30 lots seen; 1 missing, as many as calls without an answer and losses of the store can have made\n")
	file = whole

	// Another draw, signed by the same key: the record fits in itself, and the journal names what does not.
	other := f
	f.N, f.Segments = 29, []draw.Segment{{Epoch: s.Epoch, First: s.First, Last: s.Last - 1}}
	r.Seed = draw.Seed(secret, f.Epoch, f.First, f.N, f.Root, draw.Value{})
	verify(1, "does not fit: ")
	f = other
	secret[0], r.Secret = 2, &secret
	c.Commit = draw.Commit(secret)
	f.Commit, r.Seed = c.Commit, draw.Seed(secret, f.Epoch, f.First, f.N, f.Root, draw.Value{})
	verify(1, "the seed is ")
	f.Opening, c.Opening, r.Opening = "p", "p", "p"
	verify(1, "do not tell of the draw")
}

// ticketOf is the visitor of the first arrival in a journal.
func ticketOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), `"kind":"join"`)
	_, after, found := strings.Cut(after, `"visitor":"`)
	id, _, _ := strings.Cut(after, `"`)
	if !found {
		t.Fatalf("nobody came in %.1000s", text)
	}
	return id
}

// lacking writes a journal again without what it tells of one visitor, or without the answers alone.
func lacking(t *testing.T, file, visitor string, unanswered bool) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.Contains(line, `"visitor":"`+visitor) || !unanswered && strings.Contains(line, `"kind":"join"`) && strings.Contains(line, visitor)
	})
	less := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(less, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return less
}

// A process that ended before it began leaves a journal in which there is nothing, of no room.
func TestAnEmptyJournalIsHeldToNothing(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, complaint := command(t, nil, "draw", "verify", records(t)[2], "--journal", empty)
	if code != 1 || !strings.Contains(complaint, "the journals are empty") {
		t.Errorf("%d %s", code, complaint)
	}
}

// What a site answers that is asked for no opening is a record only nearly.
func TestAListOfRecordsIsNotTakenForOne(t *testing.T) {
	record, err := os.ReadFile(records(t)[2])
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "draw.json")
	if err := os.WriteFile(list, []byte(`{"room":"termine","records":[`+"\n"+string(record)+"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, complaint := command(t, nil, "draw", "verify", list)
	if code != 1 || !strings.Contains(complaint, "is the list of all records of a room") {
		t.Errorf("%d %s", code, complaint)
	}
}

// What is written for programs can be read again.
func TestAVerifiedRecordIsJSONForPrograms(t *testing.T) {
	code, out, _ := command(t, nil, "--json", "draw", "verify", records(t)[2])
	var v draw.Verified
	if err := json.Unmarshal([]byte(out), &v); code != 0 || err != nil || v.Result == nil || v.Result.Seed == (draw.Value{}) {
		t.Errorf("%d %s %v", code, out, err)
	}
}

package redisstore_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

func TestWithoutAClockOfItsOwnTheStoreTakesTheServers(t *testing.T) {
	server := redistest.Shared(t)
	client := server.Client(t)
	store, _ := filled(t, client, server.Room(t), 1)
	before := must(client.Time(t.Context()).Result())(t).UnixMilli()
	snapshot := must(store.Snapshot(t.Context()))(t)
	after := must(client.Time(t.Context()).Result())(t).UnixMilli()
	if snapshot.Now < before || snapshot.Now > after {
		t.Fatalf("snapshot of %d, taken between %d and %d", snapshot.Now, before, after)
	}
}

func TestAPlaceGoesAllTheWayWithTheServersClock(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	store, places := filled(t, server.Client(t), server.Room(t), 3)
	d := must(store.Settle(t.Context(), quick))(t)
	if d.Version != 2 || d.Settings != quick.Settings {
		t.Fatalf("document %+v", d)
	}
	for called := int64(0); called < 3; {
		called = must(tick(t.Context(), store))(t).Called
	}
	claimed := must(store.Claim(t.Context(), 0, places))(t)
	for _, st := range claimed.Standings {
		want := queue.Standing{State: queue.StateInside, Until: claimed.Now + quick.Timing.Idle.Milliseconds(), Started: claimed.Now}
		if st != want {
			t.Fatalf("claimed: %+v, want %+v", st, want)
		}
	}
	var done []queue.Outcome
	for _, p := range places {
		done = append(done, queue.Outcome{Kind: queue.Finished, Visitor: p.Visitor})
	}
	if _, err := store.Report(t.Context(), queue.Tally{}, done); err != nil {
		t.Fatal(err)
	}
	f := must(store.Snapshot(t.Context()))(t)
	if f.Finished != 3 || f.Live != 0 || len(f.Ended) != 3 || !reflect.DeepEqual(f.Document, d) {
		t.Fatalf("snapshot %+v", f)
	}
}

func TestRoomsAndPrefixesOnOneServerAreApart(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	filled(t, client, room, 2)
	other := must(redisstore.New(client, redisstore.Config{Room: room, Prefix: "other:place"}))(t)
	_, err := other.Snapshot(t.Context())
	wants(t, err, queue.ErrLost)
	_, err = newStore(t, client, server.Room(t)).Snapshot(t.Context())
	wants(t, err, queue.ErrLost)
	if f := must(newStore(t, client, room).Snapshot(t.Context()))(t); f.Waiting != 2 {
		t.Fatalf("a second store of the room sees %d places", f.Waiting)
	}
}

func TestARoomWhoseFiguresAreGoneBeginsEmpty(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store, _ := filled(t, client, room, 3)
	if err := client.Del(t.Context(), "einlass:{"+room+"}:2:room").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := tick(t.Context(), store)
	wants(t, err, queue.ErrLost)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	if f := must(store.Snapshot(t.Context()))(t); f.Waiting != 0 || f.Last != 0 || len(f.Sketches[0].First) != 0 {
		t.Fatalf("snapshot %+v", f)
	}
}

func TestAllVerbsButRestoreAnswerLostWithoutARoom(t *testing.T) {
	server := redistest.Shared(t)
	store := newStore(t, server.Client(t), server.Room(t))
	for name, verb := range verbs(store) {
		if name != "restore" {
			wants(t, verb(t.Context()), queue.ErrLost)
		}
	}
}

func TestAClosedStoreAnswersClosedAndLeavesItsClientOpen(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	client := server.Client(t)
	store, _ := filled(t, client, server.Room(t), 1)
	for range 2 {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	each(t, store, queue.ErrClosed)
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreOnAClosedClientAnswersClosed(t *testing.T) {
	t.Parallel()
	server := redistest.Shared(t)
	client := opened(t, single(server.Addr()))
	store, _ := filled(t, client, server.Room(t), 1)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	each(t, store, queue.ErrClosed)
}

func TestAConfigurationNamesAllThatIsWrong(t *testing.T) {
	client := redistest.Shared(t).Client(t)
	_, err := redisstore.New(client, redisstore.Config{Room: "a{b}", Prefix: "p q"})
	wants(t, err, queue.ErrInvalid)
	for _, want := range []string{`room "a{b}"`, `prefix "p q"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s: %v", want, err)
		}
	}
	_, err = redisstore.New(client, redisstore.Config{})
	wants(t, err, queue.ErrInvalid)
	_, err = redisstore.New(nil, redisstore.Config{Room: "a"})
	wants(t, err, queue.ErrInvalid)
}

func TestAWaitingPlaceTakesAtMost260Bytes(t *testing.T) {
	client := redistest.Start(t).Client(t)
	used := func() int64 {
		info := must(client.InfoMap(t.Context(), "memory").Result())(t)
		var n int64
		for _, c := range info["Memory"]["used_memory"] {
			n = n*10 + int64(c-'0')
		}
		return n
	}
	store, _ := filled(t, client, "full", 1)
	before := used()
	// Just behind a power of two, where the hash tables have doubled, a place takes the most.
	const n = 66_048
	for i := range n / queue.MaxBatch {
		must(store.Join(t.Context(), arrivals(uint64(1000+i*queue.MaxBatch), queue.MaxBatch)))(t)
	}
	if bytes := (used() - before) / n; bytes < 100 || bytes > 260 {
		t.Fatalf("%d bytes a place", bytes)
	}
}

func TestADocumentIsStoredWhole(t *testing.T) {
	server := redistest.Shared(t)
	store, _ := filled(t, server.Client(t), server.Room(t), 1)
	d := quick
	d.Door, d.Pace.Strict, d.Settings = queue.Door{Closed: true, Limit: 7}, true, "\xff\x00"
	d.Plan = []queue.Step{
		{At: 2_000_000_000_000, Opening: "\xfe", Rank: 2, Phase: queue.PhaseOpen, Draw: true, SetWeights: true, Weights: [queue.Lanes]int64{1, 2, 3, 4, 5, 6, 7, 8}},
		{At: 1_900_000_000_000, Opening: "\xfe", Rank: 1, Phase: queue.PhaseLobby, SetQuota: true, Quota: -1, Per: 2, Standby: 3, Reset: true, SetShare: true, Share: 500, Floor: true},
	}
	want := must(store.Settle(t.Context(), d))(t)
	if got := must(tick(t.Context(), store))(t).Document; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got, err := store.Settle(t.Context(), quick)
	wants(t, err, queue.ErrConflict)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("conflict answers %+v, want %+v", got, want)
	}
}

// atClock is a store with a clock of the test and a room that calls nobody yet.
func atClock(t *testing.T, ms int64) (*redisstore.Store, *queuetest.Clock, func(name string) int64) {
	t.Helper()
	server := redistest.Shared(t)
	client, room, clock := server.Client(t), server.Room(t), queuetest.NewClock(ms)
	store := must(redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now}))(t)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	return store, clock, func(name string) int64 {
		return must(client.ZCard(t.Context(), "einlass:{"+room+"}:2:"+name).Result())(t)
	}
}

func TestGatewaysThatAreGoneAreForgotten(t *testing.T) {
	store, clock, size := atClock(t, 1_800_000_000_000)
	for _, name := range []string{"a", "b"} {
		must(store.Advance(t.Context(), queue.Watermark{Gateway: name}, queue.Sample{Tick: 1, Blob: name}, queue.Verdict{}))(t)
	}
	if f := must(store.Snapshot(t.Context()))(t); f.Gateways != 2 || f.Samples["b"].Blob != "b" {
		t.Fatalf("%d gateways, samples %v", f.Gateways, f.Samples)
	}
	clock.Step(queue.GatewayLife)
	if f := must(tick(t.Context(), store))(t); f.Gateways != 1 || size("gateways") != 1 || len(f.Samples) != 0 {
		t.Fatalf("%d gateways live, %d kept, samples %v", f.Gateways, size("gateways"), f.Samples)
	}
}

func TestWhatAReleaseBeforeHasNotedOfLanesIsForgotten(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store := newStore(t, client, room)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	key := "einlass:{" + room + "}:2:"
	there := []byte(must(client.HGet(t.Context(), key+"room", "there").Result())(t))
	there[31] = '1' // lanes is the 32nd key
	client.HSet(t.Context(), key+"room", "there", there)
	client.HSet(t.Context(), key+"lanes", strings.Repeat("v", 16), 3)
	for range 2 {
		must(tick(t.Context(), store))(t)
	}
	if n := must(client.Exists(t.Context(), key+"lanes").Result())(t); n != 0 {
		t.Error("it is kept")
	}
}

func TestAPlaceThatIsAwayIsAbsentHoweverYoungTheClockIs(t *testing.T) {
	store, clock, _ := atClock(t, 1)
	d := quick
	d.Pace.Mode = queue.ModePause
	d = must(store.Settle(t.Context(), d))(t)
	j := must(store.Join(t.Context(), arrivals(1, 1)))(t).Places[0]
	must(store.Keep(t.Context(), 0, []queue.Beat{{Place: j.Place, Away: true}}))(t)
	clock.Step(1000)
	d.Pace.Mode = queue.ModeRun
	must(store.Settle(t.Context(), d))(t)
	if f := must(tick(t.Context(), store))(t); f.Called != 0 || f.Waiting != 0 {
		t.Fatalf("%d called, %d waiting", f.Called, f.Waiting)
	}
}

func TestASketchThatMayBeTooLowIsMadeAgainAtOnce(t *testing.T) {
	store, _, _ := atClock(t, 1_800_000_000_000)
	d := quick
	d.Pace.Mode = queue.ModePause
	must(store.Settle(t.Context(), d))(t)
	p := must(store.Join(t.Context(), arrivals(1, 3)))(t).Places[2].Place
	for range 2 {
		must(tick(t.Context(), store))(t)
	}
	p.Visitor, p.Epoch, p.Order = visitors(9, 1)[0], p.Epoch-1, queue.OrderOf(p.Epoch-1, p.Number)
	must(store.Keep(t.Context(), 0, []queue.Beat{{Place: p}}))(t)
	if f := must(tick(t.Context(), store))(t); len(f.Sketches[0].First) != 4 || f.Sketches[0].First[0] != p.Order {
		t.Errorf("the sketch has %v, want %d before three others", f.Sketches[0].First, p.Order)
	}
}

// A line that takes several slices has a sketch all the time, which is exact again when nothing changes any more.
func TestASketchThatIsMadeInSlicesBecomesExact(t *testing.T) {
	store, clock, _ := atClock(t, 1_800_000_000_000)
	d := quick
	d.Pace.Mode = queue.ModePause
	must(store.Settle(t.Context(), d))(t)
	for i := range 8 {
		all := arrivals(uint64(1+i*queue.MaxBatch), queue.MaxBatch)
		for j := range all {
			all[j].Lane = uint8(j % 2)
		}
		must(store.Join(t.Context(), all))(t)
	}
	first := must(tick(t.Context(), store))(t).Sketches
	if exact := must(store.Snapshot(t.Context()))(t).Sketches; !reflect.DeepEqual(first[:2], exact[:2]) || exact[0].Waiting != 2048 {
		t.Fatalf("the first sketch says %d, exact is %d", first[0].Waiting, exact[0].Waiting)
	}
	if err := store.Leave(t.Context(), visitors(1, 500)); err != nil {
		t.Fatal(err)
	}
	clock.Step(450)
	if young := must(tick(t.Context(), store))(t).Sketches; !reflect.DeepEqual(young, first) {
		t.Fatal("a sketch of 450 ms is another")
	}
	clock.Step(50)
	exact := must(store.Snapshot(t.Context()))(t).Sketches
	for n := 0; ; n++ {
		kept := must(tick(t.Context(), store))(t).Sketches
		if reflect.DeepEqual(kept[:2], exact[:2]) {
			if n == 0 {
				t.Fatal("the whole line was looked at in one slice")
			}
			return
		}
		if n == 9 || !reflect.DeepEqual(kept, first) { // 250 places a call, of which a sample counts four
			t.Fatalf("call %d: the sketch says %d, exact is %d", n, kept[0].Waiting, exact[0].Waiting)
		}
	}
}

// What a refreshed sketch takes from the one before is what the line still has: places that leave or are called from the middle
// and the beginning, newcomers, and one that comes back as another of the same part leaves.
func TestASketchThatIsRefreshedIsThatOfTheLine(t *testing.T) {
	store, clock, _ := atClock(t, 1_800_000_000_000)
	d := quick
	d.Pace.Mode = queue.ModePause
	must(store.Settle(t.Context(), d))(t)
	reply := must(store.Join(t.Context(), arrivals(1, 400)))(t)
	back := reply.Places[399].Place
	back.Visitor, back.Number, back.Order = visitor(5000), back.Number+50, back.Order+50
	late := back
	late.Visitor, late.Number, late.Order = visitor(5001), back.Number-20, back.Order-20
	early := queue.Place{Visitor: visitor(5002), Epoch: 1, Number: 5, Order: queue.OrderOf(1, 5)} // fewer digits than the others
	keep := func(p queue.Place) error {
		_, err := store.Keep(t.Context(), 0, []queue.Beat{{Place: p}})
		return err
	}
	for _, change := range []func() error{
		func() error { return keep(back) },
		func() error { return store.Leave(t.Context(), visitors(1, 7)) },
		func() error {
			return store.Leave(t.Context(), append(visitors(100, 1), append(visitors(131, 40), visitors(390, 2)...)...))
		},
		func() error { _, err := store.Join(t.Context(), arrivals(6000, 512)); return err },
		func() error { return errors.Join(store.Leave(t.Context(), visitors(399, 1)), keep(late)) },
		func() error { return keep(early) },
		func() error { return store.Leave(t.Context(), append(visitors(5000, 1), visitors(6000, 480)...)) },
		func() error { return store.Leave(t.Context(), append(visitors(5002, 1), visitors(200, 30)...)) },
	} {
		must(tick(t.Context(), store))(t)
		if err := change(); err != nil {
			t.Fatal(err)
		}
		clock.Step(1000)
		exact := must(store.Snapshot(t.Context()))(t).Sketches
		var kept [queue.Lanes]queue.Sketch
		for range 6 { // 250 places a call, of which a sample counts four
			kept = must(tick(t.Context(), store))(t).Sketches
		}
		if !reflect.DeepEqual(kept, exact) {
			t.Fatalf("the sketch says %d places, the first %v\nthe line has %d, the first %v",
				kept[0].Waiting, kept[0].First, exact[0].Waiting, exact[0].First)
		}
	}
}

// Whatever somebody has done to a sample in Redis by hand, the line goes on, and the next sample takes its place.
func TestASampleThatWasCutShortStopsNothing(t *testing.T) {
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	clock := queuetest.NewClock(1_800_000_000_000)
	store := must(redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now}))(t)
	if err := store.Restore(t.Context(), queue.Watermark{Document: quick}); err != nil {
		t.Fatal(err)
	}
	now := clock.Now() / queue.JudgeTick
	send := func(tick int64) queue.Snapshot {
		return must(store.Advance(t.Context(), queue.Watermark{Gateway: "a"}, queue.Sample{Tick: tick, Blob: "b"}, queue.Verdict{}))(t)
	}
	send(now - 3)
	for i, kept := range []string{"", "x", "1234567", "\x7f\xf8\x00\x00\x00\x00\x00\x01nan", "\x7f\xf0\x00\x00\x00\x00\x00\x00infinite"} {
		if err := client.HSet(t.Context(), "einlass:{"+room+"}:2:samples", "a", kept).Err(); err != nil {
			t.Fatal(err)
		}
		if f := send(now - 2); f.Samples["a"] != (queue.Sample{Tick: now - 2, Blob: "b"}) {
			t.Errorf("case %d: %v", i, f.Samples)
		}
	}
}

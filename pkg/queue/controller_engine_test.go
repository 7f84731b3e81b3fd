package queue_test

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func controls(mode queue.Mode, rate int64, message string) queue.Document {
	d := queue.Document{Pace: queue.Pace{Mode: mode, Rate: rate, Burst: 2}, Timing: simple()}
	d.SetMessage(message)
	return d
}

// started is a further gateway on the engine's store that has ticked once, and what its tick has changed.
func (e *engine) started(gateway, hash string, c queue.Document) (*queue.Room, []queue.Key) {
	e.t.Helper()
	var keys []queue.Key
	room, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: gateway, Visitors: 1024, Document: c, ConfigHash: hash,
		Clock: func() time.Time { return time.UnixMilli(e.now.Load()) },
		OnEvent: func(ev queue.Event) {
			if ev.Kind == queue.EventError {
				e.t.Errorf("%s: %v", gateway, ev.Err)
			}
			keys = append(keys, ev.Keys...)
		},
	})
	if err != nil {
		e.t.Fatal(err)
	}
	room.Tick(e.t.Context())
	return room, keys
}

func (e *engine) document() queue.Document {
	e.t.Helper()
	f, err := e.store.Snapshot(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	return f.Document
}

// set stores a document as something else than this version's Room would, and as the operators' tools do.
func (e *engine) set(change func(*queue.Document)) queue.Document {
	e.t.Helper()
	c := e.document()
	c = c.Clone()
	change(&c)
	c, err := e.store.Settle(e.t.Context(), c)
	if err != nil {
		e.t.Fatal(err)
	}
	return c
}

func TestANewRoomBeginsWithTheConfigurationAndNothingIsWrittenOverIt(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, "Guten Morgen"), ConfigHash: "a"})
	e.pass(time.Second)
	_, keys := e.started("b", "a", controls(queue.ModeRun, 60, "Guten Morgen"))
	if c := e.document(); c.Version != 1 || c.Pace.Rate != 60 || c.Message() != "Guten Morgen" || len(keys) != 0 {
		t.Errorf("the controls are %+v, changed %v", c, keys)
	}
}

func TestAnEditOfTheConfigurationBringsOnlyTheKeysThatChangedInIt(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, "Guten Morgen"), ConfigHash: "a"})
	e.set(func(c *queue.Document) { c.Pace.Mode, c.Pace.MaxInside = queue.ModePause, 40; c.SetMessage("Störung") })
	_, keys := e.started("b", "b", controls(queue.ModeRun, 120, "Guten Morgen"))
	c := e.document()
	if c.Pace.Mode != queue.ModePause || c.Message() != "Störung" || c.Pace != (queue.Pace{Mode: queue.ModePause, Rate: 120, MaxInside: 40, Burst: 2}) {
		t.Errorf("an edit of the rate made %+v of what operators had set", c)
	}
	if !slices.Equal(keys, []queue.Key{queue.KeyRate}) {
		t.Errorf("told as changed: %v", keys)
	}
	// Back to the earlier file: what was said before it is said again, and the rest stays.
	_, keys = e.started("c", "a", controls(queue.ModeRun, 60, "Guten Morgen"))
	if c := e.document(); c.Pace.Rate != 60 || c.Pace.Mode != queue.ModePause || !slices.Equal(keys, []queue.Key{queue.KeyRate}) {
		t.Errorf("the file of before made %+v, changed %v", c, keys)
	}
	// An edit of something else is noted once, and changes nothing.
	before := e.document()
	_, keys = e.started("d", "d", controls(queue.ModeRun, 60, "Guten Morgen"))
	after := e.document()
	if _, more := e.started("e", "d", controls(queue.ModeRun, 60, "Guten Morgen")); len(keys)+len(more) != 0 || !reflect.DeepEqual(e.document(), after) {
		t.Errorf("changed %v, %v", keys, more)
	}
	if before.Version, before.Settings = after.Version, after.Settings; !reflect.DeepEqual(before, after) {
		t.Errorf("an edit elsewhere made %+v of %+v", after, before)
	}
}

// A file that names no burst has one second's worth of its rate. An edit of the rate edits no burst.
func TestABurstThatIsLeftToTheRateFollowsItAndTakesNothingBackFromOperators(t *testing.T) {
	file := func(rate, burst int64) queue.Document {
		if burst == 0 {
			burst = queue.DefaultBurst(rate)
		}
		return queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: rate, Burst: burst}}
	}
	for _, test := range []struct {
		name          string
		before, after queue.Document
		operator      queue.Pace // zero: as the file says
		want          queue.Pace
	}{
		{"it follows", file(600, 0), file(1200, 0), queue.Pace{}, queue.Pace{Mode: queue.ModeRun, Rate: 1200, Burst: 20}},
		{"an operator's burst stays", file(600, 0), file(1200, 0), queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 50}, queue.Pace{Mode: queue.ModeRun, Rate: 1200, Burst: 50}},
		{"it follows an operator's rate and then the file's", file(60, 0), file(90, 0), queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 100}, queue.Pace{Mode: queue.ModeRun, Rate: 90, Burst: 2}},
		{"a burst that the file names comes", file(600, 7), file(1200, 8), queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 50}, queue.Pace{Mode: queue.ModeRun, Rate: 1200, Burst: 8}},
		{"a burst that the file goes on to name does not", file(600, 7), file(1200, 7), queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 50}, queue.Pace{Mode: queue.ModeRun, Rate: 1200, Burst: 50}},
		{"a burst that the file names from now on comes", file(600, 0), file(600, 8), queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 50}, queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 8}},
		{"a burst that the file no longer names goes", file(600, 7), file(600, 0), queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 50}, queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 10}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newEngine(t, queue.RoomConfig{Document: test.before, ConfigHash: "a"})
			e.pass(time.Second)
			if test.operator != (queue.Pace{}) {
				e.set(func(c *queue.Document) { c.Pace = test.operator })
			}
			was := e.document().Pace
			_, keys := e.started("b", "b", test.after)
			now := e.document().Pace
			if now != test.want {
				t.Errorf("the pace is %+v, want %+v", now, test.want)
			}
			if slices.Contains(keys, queue.KeyBurst) != (now.Burst != was.Burst) {
				t.Errorf("told as changed: %v, the burst was %d and is %d", keys, was.Burst, now.Burst)
			}
		})
	}
}

func TestTwoConfigurationsDoNotTakeTurnsAndLeaveTheOperatorsWordAlone(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Gateway: "old", Document: controls(queue.ModeRun, 60, ""), ConfigHash: "old"})
	e.pass(time.Second)
	// A new configuration is rolled out: one gateway has it, the other not yet.
	b, _ := e.started("new", "new", controls(queue.ModeRun, 120, ""))
	if _, err := b.Update(t.Context(), func(c *queue.Document) error {
		c.Pace.Mode = queue.ModePause
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		e.pass(250 * time.Millisecond)
		b.Tick(t.Context())
	}
	if c := e.document(); c.Pace.Mode != queue.ModePause || c.Pace.Rate != 120 || c.Version != 3 {
		t.Errorf("the operator's pause has become %+v", c)
	}
	// A gateway with the old file starts again: its rate is another one, the pause is nobody's but the operator's.
	e.started("old again", "old", controls(queue.ModeRun, 60, ""))
	for range 20 {
		e.pass(250 * time.Millisecond)
		b.Tick(t.Context())
	}
	if c := e.document(); c.Pace.Mode != queue.ModePause || c.Pace.Rate != 60 || c.Version != 4 {
		t.Errorf("the operator's pause has become %+v", c)
	}
}

// seed is the document's ValuesHash.
func seed(d *queue.Document) string {
	s, err := queue.ParseSettings(d.Settings)
	if err != nil {
		return err.Error()
	}
	return s.ValuesHash
}

// earlierSeed is what the release before wrote for its configuration: run, rate 60, no bound, burst 2, "Bitte warten".
const earlierSeed = "1245d772507dde9c"

func TestWhatAnEarlierReleaseAppliedIsNotAppliedAgain(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModePause, 1, "")})
	e.set(func(c *queue.Document) {
		c.Pace = queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 2}
		c.Settings = queue.Settings{Message: "Störung", ValuesHash: earlierSeed}.Encode()
	})
	_, keys := e.started("upgraded", "a", controls(queue.ModeRun, 60, "Bitte warten"))
	c := e.document()
	if len(keys) != 0 || c.Pace.Mode != queue.ModePause || c.Message() != "Störung" {
		t.Fatalf("the upgrade changed %v: %+v", keys, c)
	}
	if seed(&c) != earlierSeed {
		t.Errorf("a gateway of the release before takes %q for a configuration that is not its own", seed(&c))
	}
	// From now on it is known what the file said.
	_, keys = e.started("edited", "b", controls(queue.ModeRun, 90, "Bitte warten"))
	if c := e.document(); c.Pace.Mode != queue.ModePause || c.Pace.Rate != 90 || !slices.Equal(keys, []queue.Key{queue.KeyRate}) {
		t.Errorf("changed %v: %+v", keys, c)
	}
}

func TestWhereItIsNotKnownWhatWasAppliedLastAllOfItIs(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, "Bitte warten"), ConfigHash: "a"})
	e.pass(time.Second)
	// A gateway of the release before brings its configuration and leaves the notes behind.
	e.set(func(c *queue.Document) {
		c.Pace = queue.Pace{Mode: queue.ModePause, Rate: 6, Burst: 7}
		s, _ := queue.ParseSettings(c.Settings)
		s.Message, s.ValuesHash = "Alt", "another"
		c.Settings = s.Encode()
	})
	_, keys := e.started("b", "a", controls(queue.ModeRun, 60, "Bitte warten"))
	c := e.document()
	if c.Pace.Mode != queue.ModeRun || c.Pace != (queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}) || c.Message() != "Bitte warten" || seed(&c) != earlierSeed {
		t.Errorf("%+v", c)
	}
	if len(keys) != 4 {
		t.Errorf("told as changed: %v", keys)
	}
}

func TestNotesThatCannotBeReadAreAsNone(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"})
	v := e.set(func(c *queue.Document) { c.Settings = queue.Settings{Notes: `{"from":`}.Encode() }).Version
	d := e.document()
	if d.ChangedSince(v) || !d.ChangedSince(v-1) {
		t.Error("a document without notes is as operators have made it")
	}
	e.started("b", "b", controls(queue.ModeRun, 90, ""))
	if c := e.document(); c.Pace.Rate != 90 {
		t.Errorf("%+v", c)
	}
}

func TestAnOperatorsChangeIsRefusedOnlyForWhatItWouldOverwriteUnseen(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"})
	seen := e.set(func(c *queue.Document) { c.Pace.MaxInside = 10 }).Version
	e.started("b", "b", controls(queue.ModeRun, 120, ""))
	first := e.document().Version
	e.started("c", "c", controls(queue.ModeRun, 120, "Neu"))
	c := e.document()
	for _, ask := range []struct {
		version int64
		keys    []queue.Key
		changed bool
	}{
		{c.Version, []queue.Key{queue.KeyRate, queue.KeyMessage, queue.KeyMode}, false},
		{first, []queue.Key{queue.KeyRate}, false},
		{first, []queue.Key{queue.KeyMessage}, true},
		{seen, []queue.Key{queue.KeyMode, queue.KeyMaxInside, queue.KeyBurst}, false},
		{seen, []queue.Key{queue.KeyMode, queue.KeyRate}, true},
		{seen, []queue.Key{queue.KeyMessage}, true},
		{seen, nil, false},
		{seen - 1, nil, true}, // an operator came between
		{c.Version + 1, nil, true},
		{0, nil, true},
	} {
		if got := c.ChangedSince(ask.version, ask.keys...); got != ask.changed {
			t.Errorf("since version %d of %d, for %v: changed %v", ask.version, c.Version, ask.keys, got)
		}
	}
	// Another operator's change counts whatever it was for, and so it does after a further one of a gateway.
	c = e.set(func(c *queue.Document) { c.Pace.MaxInside = 11 })
	if !c.ChangedSince(c.Version - 1) {
		t.Error("an operator's change is not seen")
	}
	e.started("d", "d", controls(queue.ModeRun, 120, "Noch neuer"))
	if d := e.document(); !d.ChangedSince(c.Version-1) || d.ChangedSince(c.Version, queue.KeyRate) || !d.ChangedSince(c.Version, queue.KeyMessage) {
		t.Errorf("since version %d: %+v", c.Version, d)
	}
}

// contested lets somebody else change the controls just before the first changes of a Room arrive.
type contested struct {
	queue.Store
	mu    sync.Mutex
	times int
}

func (s *contested) Settle(ctx context.Context, c queue.Document) (queue.Document, error) {
	s.mu.Lock()
	first := s.times > 0
	s.times--
	s.mu.Unlock()
	if first {
		f, err := s.Snapshot(ctx)
		if err != nil {
			return c, err
		}
		f.Document.Pace.MaxInside++
		if _, err := s.Store.Settle(ctx, f.Document); err != nil {
			return c, err
		}
	}
	return s.Store.Settle(ctx, c)
}

func TestAControllerNeverOverwritesWhatSomebodyElseChangedMeanwhile(t *testing.T) {
	for times, ticks := range map[int]int{1: 1, 3: 1, 6: 2} {
		e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"})
		room, err := queue.NewRoom(&contested{Store: e.store, times: times}, queue.RoomConfig{
			Visitors: 1024, Document: controls(queue.ModeRun, 120, ""), ConfigHash: "b",
			Clock:   func() time.Time { return time.UnixMilli(e.now.Load()) },
			OnEvent: func(ev queue.Event) { t.Logf("%+v", ev) },
		})
		if err != nil {
			t.Fatal(err)
		}
		for range ticks {
			room.Tick(t.Context())
		}
		if c := e.document(); c.Pace.Rate != 120 || c.Pace.MaxInside != int64(times) {
			t.Errorf("%d quicker changes and one of the configuration: %+v", times, c.Pace)
		}
	}
}

package demo

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2021, 6, 14, 12, 0, 0, 0, time.UTC)

// plain is a server without contention: one unit a second each, two at once.
func plain() Curve { return Curve{Rate: 1, Workers: 2, Queue: 1} }

func newCapacity(t *testing.T, c Curve) *Capacity {
	t.Helper()
	capacity, err := NewCapacity(c, noon)
	if err != nil {
		t.Fatal(err)
	}
	return capacity
}

func admit(t *testing.T, c *Capacity, now time.Time, work float64) uint64 {
	t.Helper()
	id, err := c.Admit(now, work)
	if err != nil {
		t.Fatalf("admit at %v: %v", now.Sub(noon), err)
	}
	return id
}

func TestThroughputRisesToTheKneeAndFallsBeyondIt(t *testing.T) {
	for name, c := range map[string]Curve{"speyer": Speyer().Curve, "demo": Demo(noon).Curve} {
		knee := c.Knee()
		for n := 1; n < knee; n++ {
			if c.Throughput(n) >= c.Throughput(n+1) {
				t.Errorf("%s: no rise from %d to %d", name, n, n+1)
			}
		}
		for n := knee; n < c.Workers; n++ {
			if c.Throughput(n) <= c.Throughput(n+1) {
				t.Errorf("%s: no fall from %d to %d", name, n, n+1)
			}
		}
		if c.Throughput(c.Workers) > c.Throughput(knee)/2 {
			t.Errorf("%s: collapse leaves %.1f of %.1f units/s", name, c.Throughput(c.Workers), c.Throughput(knee))
		}
	}
}

func TestServiceTime(t *testing.T) {
	c := Curve{Rate: 4, Contention: 0.5, Workers: 10}
	for _, tt := range []struct {
		name     string
		inFlight int
		work     float64
		want     time.Duration
	}{
		{"alone it is the work divided by the rate", 1, 2, 500 * time.Millisecond},
		{"less than one counts as one", 0, 2, 500 * time.Millisecond},
		{"contention makes each wait for the others", 3, 2, time.Second},
		{"no more than the workers are in service", 1000, 2, 2750 * time.Millisecond},
		{"no work takes no time", 5, 0, 0},
		{"endless work takes the longest time", 1, math.Inf(1), math.MaxInt64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.ServiceTime(tt.inFlight, tt.work); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRequestsShareTheServer(t *testing.T) {
	c := newCapacity(t, Curve{Rate: 1, Contention: 0.5, Workers: 2})
	first := admit(t, c, noon, 1)
	second := admit(t, c, noon.Add(500*time.Millisecond), 1)
	// Two at once get 1/1.5 units a second each: the first has half a unit left.
	at, ok := c.Next()
	if want := noon.Add(1250 * time.Millisecond); !ok || at.Sub(want).Abs() > time.Microsecond {
		t.Fatalf("first ends at %v, want %v", at.Sub(noon), want.Sub(noon))
	}
	if out := c.Advance(at); len(out) != 1 || out[0].ID != first || out[0].Lost {
		t.Fatalf("got %+v", out)
	}
	// Half a unit is left of the second one, which is alone now.
	at, _ = c.Next()
	if want := noon.Add(1750 * time.Millisecond); at.Sub(want).Abs() > time.Microsecond {
		t.Errorf("second ends at %v, want %v", at.Sub(noon), want.Sub(noon))
	}
	if out := c.Advance(noon.Add(time.Hour)); len(out) != 1 || out[0].ID != second || !out[0].At.Equal(at) {
		t.Errorf("got %+v", out)
	}
	if _, ok := c.Next(); ok {
		t.Error("an idle server expects something")
	}
}

func TestTheQueueIsServedInOrderAndThenRefuses(t *testing.T) {
	c := newCapacity(t, Curve{Rate: 1, Workers: 1, Queue: 2})
	ids := []uint64{admit(t, c, noon, 1), admit(t, c, noon, 0.1), admit(t, c, noon, 0.1)}
	if _, err := c.Admit(noon, 1); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	out := c.Advance(noon.Add(2 * time.Second))
	if len(out) != 3 {
		t.Fatalf("got %d ends", len(out))
	}
	for i, o := range out {
		if o.ID != ids[i] {
			t.Errorf("place %d: request %d, want %d", i, o.ID, ids[i])
		}
	}
	if l := c.Load(); l.Busy != 1 || l.Served != 3 || l.Peak != 3 || l.PeakRate != 4 {
		t.Errorf("got %+v", l)
	}
}

func TestCrash(t *testing.T) {
	curve := Curve{Rate: 1, Workers: 2, Queue: 2, CrashAt: 3, CrashAfter: 10 * time.Second, Recovery: time.Minute}
	t.Run("sustained overload fells the server with everything in it", func(t *testing.T) {
		c := newCapacity(t, curve)
		for range 4 {
			admit(t, c, noon, 100)
		}
		at, ok := c.Next()
		if !ok || !at.Equal(noon.Add(10*time.Second)) {
			t.Fatalf("next %v %v", at.Sub(noon), ok)
		}
		out := c.Advance(at)
		if len(out) != 4 || !c.Down() {
			t.Fatalf("%d ends, down %v", len(out), c.Down())
		}
		for _, o := range out {
			if !o.Lost {
				t.Errorf("request %d was served", o.ID)
			}
		}
		if _, err := c.Admit(at.Add(59*time.Second), 1); !errors.Is(err, ErrDown) {
			t.Errorf("got %v, want ErrDown", err)
		}
		admit(t, c, at.Add(time.Minute), 1)
		l := c.Load()
		if l.Crashes != 1 || l.Lost != 4 || l.Refused != 1 || l.DownTime != time.Minute || l.Over != 10*time.Second {
			t.Errorf("got %+v", l)
		}
	})
	t.Run("a short peak does not", func(t *testing.T) {
		c := newCapacity(t, curve)
		for _, work := range []float64{9, 100, 100} {
			admit(t, c, noon, work)
		}
		// After nine seconds two are left: the strain is over, and begins anew.
		admit(t, c, noon.Add(9500*time.Millisecond), 100)
		if c.Advance(noon.Add(19 * time.Second)); c.Down() {
			t.Error("down too early")
		}
		if c.Advance(noon.Add(20 * time.Second)); !c.Down() {
			t.Error("not down in spite of ten seconds of strain")
		}
	})
	t.Run("a server that never crashes only refuses", func(t *testing.T) {
		c := newCapacity(t, plain())
		for range 3 {
			admit(t, c, noon, 1e6)
		}
		if c.Advance(noon.Add(time.Hour)); c.Down() || c.Load().Crashes != 0 {
			t.Error("crashed")
		}
	})
}

func TestTimeIsCountedOverTheKnee(t *testing.T) {
	c := newCapacity(t, Curve{Rate: 1, Coherency: 0.25, Workers: 10}) // knee at 2
	for range 3 {
		admit(t, c, noon, 1)
	}
	c.Advance(noon.Add(time.Hour))
	// Three at once get 1/(1+0.25·3·2) = 0.4 units a second each.
	if got := c.Load().Over; (got - 2500*time.Millisecond).Abs() > time.Microsecond {
		t.Errorf("got %v, want 2.5s", got)
	}
}

func TestATimeBeforeTheLastOneIsTakenAsTheLastOne(t *testing.T) {
	c := newCapacity(t, plain())
	c.Advance(noon.Add(time.Minute))
	admit(t, c, noon, 1)
	if at, _ := c.Next(); !at.Equal(noon.Add(time.Minute + time.Second)) {
		t.Errorf("ends at %v", at.Sub(noon))
	}
}

// TestHistoryDoesNotDependOnHowOftenTheServerIsAsked plays the same arrivals
// once asking only when something happens and once at many random moments.
func TestHistoryDoesNotDependOnHowOftenTheServerIsAsked(t *testing.T) {
	curve := Curve{
		Rate: 20, Contention: 0.05, Coherency: 0.01, Workers: 30, Queue: 20,
		CrashAt: 40, CrashAfter: 2 * time.Second, Recovery: time.Second,
	}
	for seed := range uint64(20) {
		arrivals := rand.New(rand.NewPCG(seed, 1))
		rarely, often := newCapacity(t, curve), newCapacity(t, curve)
		peeks := rand.New(rand.NewPCG(seed, 2))
		var a, b []Outcome
		now := noon
		for range 3000 {
			gap := time.Duration(arrivals.ExpFloat64() * float64(10*time.Millisecond))
			for range peeks.IntN(3) {
				b = append(b, often.Advance(now.Add(time.Duration(peeks.Int64N(int64(gap)+1))))...)
			}
			now = now.Add(gap)
			work := arrivals.ExpFloat64()
			id1, err1 := rarely.Admit(now, work)
			id2, err2 := often.Admit(now, work)
			if id1 != id2 || !errors.Is(err1, err2) {
				t.Fatalf("seed %d: %d %v, %d %v", seed, id1, err1, id2, err2)
			}
		}
		a = append(a, rarely.Advance(now)...)
		b = append(b, often.Advance(now)...)
		if len(a) != len(b) {
			t.Fatalf("seed %d: %d and %d ends", seed, len(a), len(b))
		}
		for i := range a {
			if a[i].ID != b[i].ID || a[i].Lost != b[i].Lost || a[i].At.Sub(b[i].At).Abs() > time.Microsecond {
				t.Fatalf("seed %d, end %d: %+v and %+v", seed, i, a[i], b[i])
			}
		}
		l := rarely.Load()
		if l.Admitted != l.Served+l.Lost+l.InFlight() || l.Served+l.Lost != len(a) {
			t.Fatalf("seed %d: requests do not add up: %+v, %d ends", seed, l, len(a))
		}
		if l.Crashes == 0 || l.Busy == 0 || l.Served == 0 {
			t.Fatalf("seed %d: history too calm to prove anything: %+v", seed, l)
		}
	}
}

func TestACurveNamesEverythingThatIsWrongWithIt(t *testing.T) {
	_, err := NewCapacity(Curve{Rate: -1, Contention: 1, Coherency: 2, Queue: -1, CrashAt: 9}, noon)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, path := range []string{"rate", "contention", "coherency", "workers", "queue", "crash_at", "crash_after", "recovery"} {
		if !strings.Contains(err.Error(), "capacity."+path+":") {
			t.Errorf("%s is not named in:\n%v", path, err)
		}
	}
}

func BenchmarkCapacityAtTheKnee(b *testing.B) {
	capacity, err := NewCapacity(Speyer().Curve, noon)
	if err != nil {
		b.Fatal(err)
	}
	now := noon
	for b.Loop() {
		now = now.Add(28 * time.Millisecond)
		_, _ = capacity.Admit(now, 1) // refusals are part of the run
		capacity.Advance(now)
	}
}

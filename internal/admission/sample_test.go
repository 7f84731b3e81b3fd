package admission

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func randomSample(r *rand.Rand) (s Sample) {
	s.Requests = r.Int64N(MaxCount + 1)
	s.Failed = r.Int64N(s.Requests + 1)
	s.Files = r.Int64N(s.Requests + 1)
	s.FailedFiles = r.Int64N(min(s.Files, s.Failed) + 1)
	s.Up = r.IntN(3) == 0
	s.Down = !s.Up && r.IntN(2) == 0
	for _, row := range []*[Buckets]int64{&s.Ratio, &s.Took, &s.Usual} {
		for range r.IntN(Buckets + 1) {
			row[r.IntN(Buckets)] = r.Int64N(1 << r.IntN(41))
		}
	}
	s.Squares, s.Slow = r.Int64N(MaxCount+1), r.Uint64()
	return s
}

func TestASampleComesBackFromItsText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := randomSample(r)
		got, err := DecodeSample(s.Encode())
		if err != nil || got != s {
			t.Fatalf("%v: %+v became %+v through %q", err, s, got, s.Encode())
		}
	}
}

func TestTheTextOfASample(t *testing.T) {
	var s Sample
	if got, want := s.Encode(), "2 0 0 0 0 - - - - 0 0"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	s = Sample{Requests: 40, Failed: 2, Files: 37, FailedFiles: 1, Down: true, Squares: 72, Slow: 1 << 36}
	s.Ratio[8], s.Ratio[10] = 37, 1
	s.Took[0] = 38
	s.Usual[31] = 38
	if got, want := s.Encode(), "2 14 2 11 1 d 8:11,,1 0:12 31:12 20 vkhsvls"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	s = Sample{Requests: math.MaxInt64, Failed: math.MaxInt64, Files: math.MaxInt64, Squares: math.MaxInt64, Slow: math.MaxUint64}
	for i := range Buckets {
		s.Ratio[i], s.Took[i], s.Usual[i] = math.MaxInt64, math.MaxInt64, math.MaxInt64
	}
	text := s.Encode()
	if len(text) >= 1200 {
		t.Errorf("%d bytes", len(text))
	}
	if got, err := DecodeSample(text); err != nil || got.Requests != MaxCount || got.Usual[31] != MaxCount {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestWhatIsNoSampleIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "2", "1 0 0 0 - - -", "3 0 0 0 0 - - - - 0 0", "2 0 0 0 0 - - - - 0", "2 0 1 0 0 - - - - 0 0", "2 0 0 1 0 - - - - 0 0",
		"2 3 1 2 2 - - - - 0 0", "2 3 2 1 2 - - - - 0 0", "2 -1 0 0 0 - - - - 0 0", "2 0 0 0 0 x - - - 0 0", "2 x! 0 0 0 - - - - 0 0",
		"2 0 0 0 0 - 32:1 - - 0 0", "2 0 0 0 0 - 31:1,1 - - 0 0", "2 0 0 0 0 - -1:1 - - 0 0", "2 0 0 0 0 - 8 - - 0 0",
		"2 0 0 0 0 - 8:-1 - - 0 0", "2 0 0 0 0 - - - a:1 0 0", "2 0 0 0 0 - - - - -1 0", "2 0 0 0 0 - - - - 0 -1", "2 0 0 0 0 - - - - 0 !",
		"2 0 0 0 0 - - - 0:" + strconv.FormatInt(MaxCount+1, 36) + " 0 0", "2  0 0 0 0 - - - - 0 0",
		"2 0 0 0 0 - - - - 0 0 " + strings.Repeat("x", 2<<10),
	} {
		if s, err := DecodeSample(text); !errors.Is(err, ErrSample) || s != (Sample{}) {
			t.Errorf("%.40q: %v, %+v", text, err, s)
		}
	}
}

func TestFieldsOfALaterReleaseAreSkipped(t *testing.T) {
	if s, err := DecodeSample("2 5 1 0 0 u - - - 0 0 more 8:1"); err != nil || s != (Sample{Requests: 5, Failed: 1, Up: true}) {
		t.Errorf("%v: %+v", err, s)
	}
}

func TestSamplesAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		a, b, c := randomSample(r), randomSample(r), randomSample(r)
		x, y := a, b
		x.Add(&b)
		x.Add(&c)
		y.Add(&c)
		y.Add(&a)
		if x != y {
			t.Fatalf("the order matters: %+v, %+v", x, y)
		}
		if x.Requests != a.Requests+b.Requests+c.Requests || x.Failed != a.Failed+b.Failed+c.Failed || x.Files != a.Files+b.Files+c.Files ||
			x.FailedFiles != a.FailedFiles+b.FailedFiles+c.FailedFiles || x.Squares != a.Squares+b.Squares+c.Squares || x.Slow != a.Slow|b.Slow|c.Slow {
			t.Errorf("%+v", x)
		}
		for i := range Buckets {
			if x.Ratio[i] != a.Ratio[i]+b.Ratio[i]+c.Ratio[i] || x.Took[i] != a.Took[i]+b.Took[i]+c.Took[i] ||
				x.Usual[i] != a.Usual[i]+b.Usual[i]+c.Usual[i] {
				t.Fatalf("bucket %d: %+v", i, x)
			}
		}
	}
}

func TestASiteIsDownWhereNobodyReachesIt(t *testing.T) {
	down, idle, up := Sample{Down: true, Requests: 3, Failed: 3}, Sample{}, Sample{Up: true}
	failing := Sample{Requests: 1, Failed: 1}
	for _, c := range []struct {
		of   []Sample
		want bool
	}{
		{[]Sample{down}, true},
		{[]Sample{down, down}, true},
		{[]Sample{down, idle}, true},
		{[]Sample{down, failing}, true},
		{[]Sample{idle, {Down: true}, idle}, true},
		{[]Sample{down, up}, false},
		{[]Sample{up, down}, false},
		{[]Sample{down, up, down}, false},
		{[]Sample{idle, up, down}, false},
		{[]Sample{up, idle}, false},
		{[]Sample{idle}, false},
	} {
		var sum Sample
		for i := range c.of {
			sum.Add(&c.of[i])
		}
		if sum.Down != c.want {
			t.Errorf("%+v: %v", c.of, sum.Down)
		}
	}
}

func TestBucketsBeginWhereTheySay(t *testing.T) {
	const usual = 1 << 20 * time.Nanosecond
	for i := range Buckets {
		low := math.Exp2(float64(i-8)/2) * float64(usual)
		if at, below := RatioBucket(time.Duration(low+1), usual), RatioBucket(time.Duration(low-1), usual); at != i || below != max(i-1, 0) {
			t.Errorf("ratio bucket %d: %d, and %d below", i, at, below)
		}
		low = math.Exp2(float64(i)/2) * float64(time.Millisecond)
		if at, below := TookBucket(time.Duration(low+1)), TookBucket(time.Duration(low-1)); at != i || below != max(i-1, 0) {
			t.Errorf("bucket %d of times: %d, and %d below", i, at, below)
		}
	}
	if RatioBucket(usual, usual) != 8 || RatioBucket(0, usual) != 0 || RatioBucket(time.Hour, 1) != Buckets-1 {
		t.Error("ends")
	}
	if TookBucket(time.Millisecond) != 0 || TookBucket(2*time.Millisecond) != 2 || TookBucket(0) != 0 || TookBucket(time.Hour) != Buckets-1 {
		t.Error("ends of times")
	}
}

func FuzzDecodeSample(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 8 {
		s := randomSample(r)
		f.Add(s.Encode())
	}
	f.Add("2 5 1 0 0 u - - - 0 0 more")
	f.Add("2 0 0 0 0 - 8:,, - - 0 0")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := DecodeSample(text)
		if err != nil {
			if !errors.Is(err, ErrSample) || s != (Sample{}) {
				t.Fatalf("%v, %+v", err, s)
			}
			return
		}
		if again, err := DecodeSample(s.Encode()); err != nil || again != s {
			t.Fatalf("%v: %+v became %+v", err, s, again)
		}
		for i := range Buckets {
			if s.Ratio[i] < 0 || s.Took[i] < 0 || s.Usual[i] < 0 || s.Failed > s.Requests {
				t.Fatalf("%+v", s)
			}
		}
	})
}

package rehearse

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
)

func TestFewErrorsAmongManyAnswersAreNoBurst(t *testing.T) {
	m := newMeter()
	for i := range 60_000 { // a minute at a thousand a second, of which one in 50 fails
		s := drive.Sample{Kind: drive.KindSite, Due: time.Unix(1, int64(i)*1e6), Status: 200, FromSite: true}
		if i%50 == 0 {
			s.Status = 500
		}
		if m.observe(s) {
			t.Fatalf("a burst after %d answers", i)
		}
	}
	for i := range 10_000 {
		if m.observe(drive.Sample{Kind: drive.KindSite, Due: time.Unix(61, int64(i)*1e6), Status: 500, FromSite: true}) {
			return
		}
	}
	t.Error("no burst, although every answer failed")
}

func TestWhatIsNoPageIsAnError(t *testing.T) {
	for _, c := range []struct {
		s    drive.Sample
		want bool
	}{
		{drive.Sample{Status: 200, FromSite: true}, false},
		{drive.Sample{Status: 302, FromSite: true}, false},
		{drive.Sample{Status: 302, FromSite: true, Elsewhere: true}, true},
		{drive.Sample{Status: 409, FromSite: true}, false}, // somebody else was quicker
		{drive.Sample{Status: 422, FromSite: true}, false},
		{drive.Sample{Status: 404, FromSite: true}, true},
		{drive.Sample{Status: 429, FromSite: true}, true},
		{drive.Sample{Status: 429}, false}, // the gate's
		{drive.Sample{Status: 503}, true},
		{drive.Sample{}, true},
	} {
		m, s := newMeter(), Step{}
		c.s.Kind, c.s.Due = drive.KindSite, time.Unix(1, 0)
		m.observe(c.s)
		if m.step(&s); (s.Errors > 0) != c.want || (s.Mostly != "") != c.want {
			t.Errorf("%+v: %d errors, mostly %q", c.s, s.Errors, s.Mostly)
		}
	}
}

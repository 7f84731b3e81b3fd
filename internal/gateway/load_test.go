package gateway_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheProxyIsToldWhatARequestIsFor(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/termine")
	for _, c := range []struct {
		method, path string
		fields       []string
		inside       bool
		want         proxy.Load
	}{
		{"POST", "/buchen", nil, true, proxy.LoadForm},
		{"PUT", "/buchen", []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, true, proxy.LoadForm},
		{"GET", "/termine", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, true, proxy.LoadPage},
		{"GET", "/termine", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, true, proxy.LoadPart},
		{"GET", "/termine", []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, true, proxy.LoadPart},
		{"GET", "/impressum", nil, false, proxy.LoadPart},
	} {
		b.load(c.method, c.path, c.fields...)
		if o := s.sites[0].options.Load(); o.Inside != c.inside || o.Load != c.want {
			t.Errorf("%s %s %v: inside %v, load %v", c.method, c.path, c.fields, o.Inside, o.Load)
		}
	}
}

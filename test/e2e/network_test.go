package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestAHouseholdTakesABoundedNumberOfPlaces(t *testing.T) {
	t.Parallel()
	const burst = 10
	for _, network := range []struct {
		name    string
		address func(i int) string
		most    uint64
	}{
		{"one /64", func(i int) string { return "2001:db8:1:1::" + strconv.FormatInt(int64(i+1), 16) }, burst},
		{"one /56", func(i int) string { return "2001:db8:2:" + strconv.FormatInt(int64(i), 16) + "::1" }, 2 * burst},
		{"one /48", func(i int) string { return "2001:db8:3:" + strconv.FormatInt(int64(i)<<8, 16) + "::1" }, 8 * burst},
		{"one address", func(int) string { return "192.0.2.1" }, burst},
	} {
		t.Run(network.name, func(t *testing.T) {
			t.Parallel()
			g := harness.NewGate(t, &program, harness.Settings{
				Trusted: []string{"127.0.0.1"}, Limits: launch.Limits{ArrivalsPerPrefix: launch.Arrivals{Rate: 1, Burst: 10}},
				Rooms: []harness.Room{{Site: harness.NewSite(t)}},
			})
			s := harness.NewStranger(g)
			for i := range 200 {
				send(t, s, "GET", "/", "", with(navigates, byProxy(network.address(i))...)...)
			}
			// One a minute comes on top, and a minute is longer than this takes on any machine it is worth running on.
			if n := lastNumber(t, g); n > network.most+2 || n < network.most {
				t.Errorf("%d places for %s, want %d", n, network.name, network.most)
			}
			if a := send(t, s, "GET", "/", "", with(navigates, byProxy("198.51.100.7")...)...); a.Given("termine").Number == 0 {
				t.Errorf("somebody else got %d", a.StatusCode)
			}
		})
	}
}

func TestAConnectionTooManyIsAnswered(t *testing.T) {
	t.Parallel()
	const most = 3
	g := harness.NewGate(t, &program, harness.Settings{
		Limits: launch.Limits{ConnectionsPerIP: most},
		Rooms:  []harness.Room{{Site: harness.NewSite(t)}},
	})
	for i := range most + 3 {
		c, err := net.Dial("tcp", g.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }() // all are open at a time
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: termine.example\r\nAccept: text/html\r\n\r\n") // the answer tells
		want := http.StatusOK
		if i >= most {
			want = http.StatusTooManyRequests
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Errorf("connection %d of %d allowed got no answer: %v", i+1, most, err)
			continue
		}
		if res.StatusCode != want {
			t.Errorf("connection %d of %d allowed got %s, want %d", i+1, most, res.Status, want)
		}
	}
}

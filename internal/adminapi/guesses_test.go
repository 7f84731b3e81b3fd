package adminapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/metrics"
)

// door is a server on the clock of a bubble, with its log and its count.
type door struct {
	*Server
	logs    *observer.ObservedLogs
	metrics *prometheus.Registry
}

func newDoor(t *testing.T) *door {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	d := &door{logs: logs, metrics: prometheus.NewRegistry()}
	m, err := metrics.New(d.metrics, metrics.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d.Server, err = New((&town{}).service(), Config{Token: token, Log: zap.New(core), Refused: m.AdminRefused})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// knock asks with a token from an address, and says the status and how long the answer took.
func (d *door) knock(from, with string) (status int, took time.Duration) {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/v1/rooms", nil)
	r.RemoteAddr = from
	if with != "" {
		r.Header.Set("Authorization", "Bearer "+with)
	}
	w, begun := httptest.NewRecorder(), time.Now()
	d.ServeHTTP(w, r)
	return w.Code, time.Since(begun)
}

func (d *door) counted(t *testing.T, reason string) float64 {
	t.Helper()
	families, err := d.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "einlass_admin_unauthorized_total" && m.GetLabel()[0].GetValue() == reason {
				return m.GetCounter().GetValue()
			}
		}
	}
	return -1
}

func TestWrongTokensAreSlowedLoggedOnceAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t)
		const here, there = "192.0.2.1:1000", "192.0.2.2:1000"
		var before, total time.Duration
		for i := range 300 {
			status, took := d.knock(here, fmt.Sprint("wrong", i))
			if status != http.StatusUnauthorized || took < before || took > longestDelay || took < firstDelay {
				t.Fatalf("wrong token %d: %d after %v, the one before after %v", i, status, took, before)
			}
			before, total = took, total+took
		}
		if before != longestDelay || total < 10*time.Minute {
			t.Errorf("the last answer took %v, all %v", before, total)
		}
		if got := d.counted(t, "wrong"); got != 300 {
			t.Errorf("counted %v wrong tokens", got)
		}
		minutes := int(total/logEvery) + 2
		if n := d.logs.Len(); n < 2 || n > minutes {
			t.Errorf("%d lines in %v", n, total)
		}
		if status, took := d.knock(there, token); status != http.StatusOK || took != 0 {
			t.Errorf("the right token from another address: %d after %v", status, took)
		}
		if status, took := d.knock(here, token); status != http.StatusOK || took == 0 || took > mildDelay {
			t.Errorf("the right token from the same address: %d after %v", status, took)
		}
		if status, took := d.knock("[2001:db8::1]:1", ""); status != http.StatusUnauthorized || took != 0 || d.counted(t, "missing") != 1 {
			t.Errorf("no token: %d after %v", status, took)
		}
		time.Sleep(12 * forget)
		if status, took := d.knock(here, token); status != http.StatusOK || took != 0 {
			t.Errorf("the right token long afterwards: %d after %v", status, took)
		}
		sum := 0
		for _, line := range d.logs.All() {
			sum += int(line.ContextMap()["count"].(int64))
			if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, "192.0.2") || strings.Contains(text, "wrong1") {
				t.Errorf("the log says too much: %s", text)
			}
		}
		if sum != 300 {
			t.Errorf("the log counts %d", sum)
		}
	})
}

// Without more of them, what came after the first is logged with the next request of anybody, a minute later, or when the server stops.
func TestTheLastWrongTokensAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t)
		counts := func() (all []int64) {
			for _, line := range d.logs.All() {
				all = append(all, line.ContextMap()["count"].(int64))
			}
			return all
		}
		for range 3 {
			d.knock("192.0.2.1:1", "wrong")
		}
		time.Sleep(logEvery)
		d.knock("192.0.2.2:1", token)
		d.knock("192.0.2.1:1", "wrong")
		if err := d.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(counts()); got != "[1 2 1]" {
			t.Errorf("logged %v", got)
		}
	})
}

// Many guesses at once cost no more than the bound, and those of many addresses are slowed in all.
func TestACrowdOfWrongTokensWaitsWithinABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t)
		statuses := make(chan int, 1000)
		for i := range 1000 {
			go func() {
				status, _ := d.knock(fmt.Sprintf("192.0.%d.%d:1", i/200, i%200), "wrong")
				statuses <- status
			}()
		}
		synctest.Wait()
		d.guesses.mu.Lock()
		waiting := d.guesses.all.waiting
		d.guesses.mu.Unlock()
		if waiting != waitingAll {
			t.Errorf("%d wait", waiting)
		}
		if status, took := d.knock("198.51.100.1:1", token); status != http.StatusOK || took != 0 {
			t.Errorf("the right token: %d after %v", status, took)
		}
		got := map[int]int{}
		for range 1000 {
			got[<-statuses]++
		}
		if got[http.StatusUnauthorized] != waitingAll || got[http.StatusTooManyRequests] != 1000-waitingAll || d.counted(t, "crowd") != 1000-waitingAll {
			t.Errorf("answers: %v", got)
		}
		if _, took := d.knock("203.0.113.9:1", "wrong"); took != longestDelay {
			t.Errorf("one of an address without any, after a thousand: %v", took)
		}
		for range waitingPeer + 1 {
			go func() { status, _ := d.knock("[2001:db8::1]:1", "wrong"); statuses <- status }()
		}
		synctest.Wait()
		if status := <-statuses; status != http.StatusTooManyRequests {
			t.Errorf("one more than %d of one address: %d", waitingPeer, status)
		}
		for range waitingPeer {
			<-statuses
		}
	})
}

func TestAddressesThatAreRememberedAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t)
		for i := range mostPeers + 100 {
			d.knock(fmt.Sprintf("10.0.%d.%d:1", i/250, i%250), "wrong")
		}
		if n := len(d.guesses.peers); n > mostPeers {
			t.Errorf("%d addresses are remembered", n)
		}
	})
}

func TestAddressesAreForgottenWhetherAnybodyAsksOrNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t)
		remembered := func() int {
			synctest.Wait()
			d.guesses.mu.Lock()
			defer d.guesses.mu.Unlock()
			return len(d.guesses.peers)
		}
		for range 5 {
			d.knock("192.0.2.1:1", "wrong")
		}
		time.Sleep(forget)
		if n := remembered(); n != 1 {
			t.Errorf("after a minute %d are remembered", n)
		}
		time.Sleep(4 * forget)
		if n := remembered(); n != 0 {
			t.Errorf("after five minutes %d are remembered", n)
		}
	})
}

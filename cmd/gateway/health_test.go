package main

import (
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// slow is what a gateway saw of a site that takes eight times as long as usual.
func slow() string {
	s := admission.Sample{Requests: 60, Up: true, Slow: 1<<60 - 1}
	const usual = 400 * time.Millisecond
	for range 60 {
		s.Take(8*usual, usual)
	}
	return s.Encode()
}

func opened() *queue.Opening {
	o := queue.NewOpening()
	return &o
}

func document(mode queue.HealthMode) *queue.Document {
	d := &queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}}
	d.SetHealthMode(mode)
	return d
}

func TestASlowSiteHoldsThePaceBackAsTheModeSays(t *testing.T) {
	for mode, want := range map[queue.HealthMode]struct {
		factor int64
		words  bool
	}{
		queue.HealthAct: {700, true}, queue.HealthAdvise: {1000, true}, queue.HealthOff: {1000, false},
	} {
		var h siteHealth
		v := h.Judge(queue.HealthInput{Tick: 7, Last: 6, Samples: []string{slow()}, Document: document(mode), Opening: opened()})
		state := admission.ReadState(v.Text)
		if v.Factor != want.factor || (state.Words(false) != "") != want.words {
			t.Errorf("%s: factor %d, words %q", mode, v.Factor, state.Words(false))
		}
	}
}

func TestTheProxyDoesWhatTheModeSays(t *testing.T) {
	for mode, want := range map[queue.HealthMode]proxy.Health{
		queue.HealthAct: proxy.HealthLimit, queue.HealthAdvise: proxy.HealthWatch, queue.HealthOff: proxy.HealthOff,
	} {
		if got := whatToDo(mode); got != want {
			t.Errorf("%s: %d", mode, got)
		}
	}
}

// A judge that is switched off and on again does not go on with what was wrong before, and still knows what is usual.
func TestAJudgeThatRestsForgetsWhatWasWrong(t *testing.T) {
	var h siteHealth
	text := ""
	judge := func(mode queue.HealthMode, tick int64) int64 {
		v := h.Judge(queue.HealthInput{Tick: tick, Last: tick - 1, Before: text, Samples: []string{slow()}, Document: document(mode), Opening: opened()})
		text = v.Text
		return v.Factor
	}
	judge(queue.HealthAct, 7)
	judge(queue.HealthOff, 8)
	if got := judge(queue.HealthAct, 20); got != 700 {
		t.Errorf("the first cut after a rest is to %d, want 700", got)
	}
}

func TestAPausedRoomIsNotJudged(t *testing.T) {
	var h siteHealth
	d := document(queue.HealthAct)
	d.Pace.Mode = queue.ModePause
	if v := h.Judge(queue.HealthInput{Tick: 7, Samples: []string{slow()}, Document: d, Opening: opened()}); v.Factor != 1000 {
		t.Errorf("factor %d", v.Factor)
	}
}

func TestASampleThatCannotBeReadIsLeftOut(t *testing.T) {
	var h siteHealth
	v := h.Judge(queue.HealthInput{Tick: 7, Last: 6, Samples: []string{"9 of another release", slow(), ""}, Document: document(queue.HealthAct), Opening: opened()})
	if v.Factor != 700 {
		t.Errorf("factor %d", v.Factor)
	}
}

func TestRoomsWithTheSameAddressesHaveOneSite(t *testing.T) {
	var m sites
	a := m.take([]string{"http://a", "http://b"})
	if b := m.take([]string{"http://b", "http://a"}); a != b {
		t.Error("the same addresses in another order have another site")
	}
	if c := m.take([]string{"http://a"}); a == c {
		t.Error("another set of addresses has the same site")
	}
	m.give([]string{"http://a", "http://b"})
	if b := m.take([]string{"http://a", "http://b"}); a != b {
		t.Error("a site was forgotten that a room still has")
	}
	for range 2 {
		m.give([]string{"http://a", "http://b"})
	}
	m.give([]string{"http://a"})
	if len(m.by) != 0 {
		t.Errorf("%d sites are kept for nobody", len(m.by))
	}
}

func TestTheLogSaysOnceThatThePaceIsHeldBack(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	h := siteHealth{log: zap.New(core)}
	text := ""
	at := int64(1_000_000)
	see := func(sample string) {
		at += queue.JudgeTick
		v := h.Judge(queue.HealthInput{Tick: at / queue.JudgeTick, Last: at/queue.JudgeTick - 1, Before: text, Samples: []string{sample}, Document: document(queue.HealthAct), Opening: opened()})
		text = v.Text
		h.look(&queue.Snapshot{Now: at, Document: *document(queue.HealthAct), Judgement: queue.Verdict{Tick: at, Factor: v.Factor, Blob: "1 7\n\n" + text}})
	}
	for range 5 {
		see(slow())
	}
	if n := logs.Len(); n != 1 {
		t.Fatalf("%d lines: %v", n, logs.All())
	}
	fine := admission.Sample{Requests: 60, Up: true}
	for range 60 {
		fine.Take(400*time.Millisecond, 400*time.Millisecond)
	}
	for range 100 {
		see(fine.Encode())
	}
	all := logs.All()
	if len(all) != 2 || all[0].Message != "pace held back for the site's health" || all[1].Message != "pace no longer held back" {
		t.Errorf("%v", all)
	}
	if reason := all[0].ContextMap()["reason"]; reason != "latency" {
		t.Errorf("the reason is %v", reason)
	}
}

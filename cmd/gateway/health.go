package main

import (
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// siteHealth judges the site behind a line: it gives the line what the backend's meter saw, and the law of the pace.
type siteHealth struct {
	line *line
	log  *zap.Logger
	odds *chances
	keys *token.Source // whose ring names what travels; nil: nothing does

	// Of the judgement that was looked at last; only snapshots touch them.
	blob  string
	said  admission.Reason
	since time.Time
}

// Sample implements queue.Health. A process that saw nothing says so: its site is not down, as far as it knows.
func (h *siteHealth) Sample(tick int64) string {
	b := h.line.backend.Load()
	if b == nil {
		return "" // the first ticks may come before it is made
	}
	ahead := time.Duration(h.line.Now()-time.Now().UnixMilli()) * time.Millisecond
	s := b.site.Meter.Sample(tick, ahead)
	return s.Encode()
}

// Judge implements queue.Health.
func (h *siteHealth) Judge(in queue.HealthInput) queue.HealthVerdict {
	state, mode := admission.ReadState(in.Before), in.Document.HealthMode()
	state.Usuals = h.usuals(state.Usuals)
	if h.odds != nil {
		state.Chances = h.odds.judge(state.Chances, &in)
	}
	if mode == queue.HealthOff {
		state.Rest()
		return queue.HealthVerdict{Factor: 1000, Text: state.Text()}
	}
	input := admission.Input{
		Tick: in.Tick, Last: in.Last, Opening: in.Opening.Name,
		Open: in.Opening.Phase == queue.PhaseOpen && in.Document.Pace.Mode == queue.ModeRun,
	}
	for _, text := range in.Samples {
		if s, err := admission.DecodeSample(text); err == nil {
			input.Samples = append(input.Samples, s)
		}
	}
	state = admission.Judge(state, &input)
	v := queue.HealthVerdict{Factor: 1000, Text: state.Text()}
	if mode == queue.HealthAct {
		v.Factor = state.Factor()
	}
	return v
}

// usuals are what the meter and the judgement take for usual. The meter learns from the judgement what it does not know well.
func (h *siteHealth) usuals(said string) string {
	if m, by := h.meter(); m != nil {
		m.Learn(by, said)
		return m.Usuals(by)
	}
	return said
}

// meter is the one of the site, and what usual times travel by; nil: it is not made yet.
func (h *siteHealth) meter() (m *admission.Meter, by admission.Secret) {
	if h.line == nil || h.keys == nil {
		return nil, by
	}
	b := h.line.backend.Load()
	if b == nil {
		return nil, by
	}
	return b.site.Meter, h.keys.Ring().Derive("usual times", time.UnixMilli(h.line.Now()))
}

// whatToDo is what a mode means for the proxy.
func whatToDo(mode queue.HealthMode) proxy.Health {
	switch mode {
	case queue.HealthOff:
		return proxy.HealthOff
	case queue.HealthAct:
		return proxy.HealthLimit
	}
	return proxy.HealthWatch
}

// look takes a snapshot: the log has one line each time that the reason changes.
func (h *siteHealth) look(f *queue.Snapshot) {
	if f.Judgement.Blob == h.blob {
		return
	}
	h.blob = f.Judgement.Blob
	mode := f.Document.HealthMode()
	state := admission.ReadState(f.HealthText())
	if m, by := h.meter(); m != nil {
		m.Learn(by, state.Usuals)
	}
	reason := state.Reason
	if mode == queue.HealthOff || state.Pace == 0 {
		reason = admission.ReasonNone
	}
	if reason == h.said {
		return
	}
	now := time.UnixMilli(f.Now)
	switch {
	case reason != admission.ReasonNone:
		if h.said == admission.ReasonNone {
			h.since = now
		}
		h.log.Warn("pace held back for the site's health", zap.String("reason", string(reason)), zap.String("words", state.Words(mode == queue.HealthAdvise)))
	default:
		h.log.Info("pace no longer held back", zap.String("was", string(h.said)), zap.Duration("after", now.Sub(h.since).Round(time.Second)))
	}
	h.said = reason
}

// sites are the sites that rooms have behind them. Rooms with the same addresses have one.
type sites struct {
	mu sync.Mutex
	by map[string]*sharedSite
}

type sharedSite struct {
	*proxy.Site
	users int
}

// siteKey names a site by where its addresses lead, in whatever order they are listed.
func siteKey(addresses []string) string {
	dials := make([]string, len(addresses))
	for i, text := range addresses {
		dials[i] = text
		if a, err := config.ParseAddress(text); err == nil {
			dials[i] = a.Network + " " + a.Dial
		}
	}
	slices.Sort(dials)
	return strings.Join(slices.Compact(dials), "\n")
}

// take is the site at addresses; the caller gives it back.
func (m *sites) take(addresses []string) *proxy.Site {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[string]*sharedSite{}
	}
	key := siteKey(addresses)
	s := m.by[key]
	if s == nil {
		s = &sharedSite{Site: proxy.NewSite()}
		m.by[key] = s
	}
	s.users++
	return s.Site
}

func (m *sites) give(addresses []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := siteKey(addresses)
	if s := m.by[key]; s != nil {
		if s.users--; s.users == 0 {
			delete(m.by, key)
		}
	}
}

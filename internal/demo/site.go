package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	_ "time/tzdata" // the town's clock must not depend on the machine's files

	"go.uber.org/zap"
)

// Site is the portal as an http.Handler. Its state lives in memory and ends
// with it. Safe for concurrent use.
type Site struct {
	cfg      Config
	ledger   *Ledger
	sessions *sessions
	pump     *pump
	pages    *pages
	meter    meter
	mux      *http.ServeMux
	kinds    map[string]Kind // by pattern of mux

	costMu sync.Mutex
	cost   *rand.Rand
}

// New returns a running site. The error names everything that is wrong with
// the configuration. Close it to let go of its timer.
func New(cfg Config) (*Site, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("demo site: new site: %w", err)
	}
	cfg = cfg.withDefaults()
	capacity, err := NewCapacity(cfg.Curve, cfg.Clock.Now())
	if err != nil {
		return nil, err
	}
	ledger, err := NewLedger(cfg.Calendar, !cfg.GuardOff, cfg.Hold, cfg.Random)
	if err != nil {
		return nil, err
	}
	pages, err := newPages(cfg)
	if err != nil {
		return nil, err
	}
	var seed [32]byte
	if _, err := io.ReadFull(cfg.Random, seed[:]); err != nil {
		return nil, fmt.Errorf("demo site: new site: seed: %w", err)
	}
	s := &Site{
		cfg: cfg, ledger: ledger, pages: pages,
		sessions: newSessions(cfg.Random),
		cost:     rand.New(rand.NewChaCha8(seed)),
	}
	s.pump = newPump(capacity, cfg.Clock, s.crashed)
	s.route()
	return s, nil
}

// Close stops the server inside the site; requests that still wait are reset.
// The http.Server in front is the caller's to stop.
func (s *Site) Close() { s.pump.close() }

// route lists every address of the site and what it costs.
func (s *Site) route() {
	s.mux, s.kinds = http.NewServeMux(), map[string]Kind{}
	for _, at := range []struct {
		pattern string
		kind    Kind
		handler http.HandlerFunc
	}{
		{"GET /{$}", KindStart, s.start},
		{"GET /termine", KindCalendar, s.calendar},
		{"POST /termine/waehlen", KindChoose, s.choose},
		{"GET /termine/angaben", KindForm, s.details},
		{"POST /termine/angaben", KindSubmit, s.submit},
		{"GET /buchung", KindForm, s.lookup},
		{"POST /buchung", KindForm, s.find},
		{"GET /buchung/{number}", KindForm, s.booking},
		{"GET /buchung/{number}/termin.ics", KindForm, s.download},
		{"GET /buchung/{number}/nachweis", KindForm, s.uploadForm},
		{"POST /buchung/{number}/nachweis", KindSubmit, s.upload},
		{"GET /buchung/{number}/stornieren", KindForm, s.cancelForm},
		{"POST /buchung/{number}/stornieren", KindSubmit, s.cancel},
		{"GET /api/slots", KindAPI, s.slots},
		{"GET /impressum", KindStart, s.legal},
		{"GET /datenschutz", KindStart, s.legal},
		{"GET /barrierefreiheit", KindStart, s.legal},
		{"GET /barriere-melden", KindStart, s.legal},
		{"GET /healthz", KindHealth, s.health},
		{"GET /assets/{file}", KindAsset, s.pages.asset},
		{"GET /", KindStart, s.notFound},
	} {
		s.kinds[at.pattern] = at.kind
		s.mux.HandleFunc(at.pattern, at.handler)
	}
}

// ServeHTTP answers one request, after the time that the server would have
// needed for it. /_portal/stats is not part of the site: it costs nothing, is
// not counted and is answered even while the site is down.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/_portal/stats" {
		s.stats(w, r)
		return
	}
	end := s.meter.begin()
	outcome := outcomeError
	defer func() { end(outcome) }()

	_, pattern := s.mux.Handler(r)
	kind, ok := s.kinds[pattern]
	if !ok {
		kind = KindStart
	}
	if err := buffer(r); err != nil {
		outcome = outcomeTimeout // it left while it sent
		return
	}
	ctx, deaf := r.Context(), s.cfg.GuardOff && kind == KindSubmit
	if deaf {
		ctx = context.WithoutCancel(ctx) // it does not look whether anybody is there
	}
	err := s.pump.serve(ctx, s.draw(kind))
	switch gone := r.Context().Err() != nil; {
	case gone:
		outcome = outcomeTimeout
		if err == nil && deaf {
			s.mux.ServeHTTP(discard{header: http.Header{}}, r)
		}
	case errors.Is(err, ErrBusy):
		s.pages.busy(w)
	case err != nil:
		reset(w)
	default:
		rec := &recorder{ResponseWriter: w}
		s.mux.ServeHTTP(rec, r)
		outcome = rec.outcome()
	}
}

// buffer takes the whole body before the work begins, as a front server does
// for its scripts. Until then net/http does not notice that a browser leaves.
// What is beyond every form's limit stays unread; the form's handler refuses it.
func buffer(r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxFile+maxForm+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

func (s *Site) draw(k Kind) float64 {
	s.costMu.Lock()
	defer s.costMu.Unlock()
	return s.cfg.Work.Draw(k, s.cost)
}

// crashed forgets what lived in the server's processes: sessions and holds.
// Bookings are on disk, so to speak.
func (s *Site) crashed() {
	s.sessions.clear()
	s.ledger.DropHolds()
	s.cfg.Log.Warn("portal crashed", zap.Duration("recovery", s.cfg.Curve.Recovery))
}

// reset breaks the connection off as a dead server does, without an answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not hijackable (HTTP/2, a test): the next best thing
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes the close a RST; if it fails, it is a FIN
	}
	_ = conn.Close() // nothing to tell anybody: the connection is meant to be broken
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the real writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) outcome() outcome {
	if r.status >= 500 {
		return outcomeError
	}
	return outcomeServed
}

// discard takes an answer that nobody will read.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

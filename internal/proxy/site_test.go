package proxy

import (
	"errors"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// siteAt is a section as an operator gets it who gives nothing but addresses.
func siteAt(addresses ...string) config.Backend {
	b := config.DefaultRoom().Backend
	b.Addresses = addresses
	return b
}

// with is a section changed.
func with(b config.Backend, change func(*config.Backend)) config.Backend {
	change(&b)
	return b
}

func TestNewRefusesWhatTheConfigurationRefuses(t *testing.T) {
	for path, spoil := range map[string]func(*config.Backend){
		"backend":                  func(b *config.Backend) { b.Addresses = nil },
		"backend.addresses[0]":     func(b *config.Backend) { b.Addresses[0] = "http://h/path" },
		"backend.timeouts.connect": func(b *config.Backend) { b.Timeouts.Connect = 0 },
		"backend.max_answer_head":  func(b *config.Backend) { b.MaxAnswerHead = 0 },
		"backend.max_in_flight":    func(b *config.Backend) { b.MaxInFlight = 0 },
		"backend.health.status":    func(b *config.Backend) { b.Health.Status = "" },
		"backend.queue.length":     func(b *config.Backend) { b.Queue.Length = -1 },
		"backend.tls":              func(b *config.Backend) { b.TLS.ServerName = "h" },
	} {
		_, err := New(with(siteAt("http://127.0.0.1:1"), spoil), Deps{})
		var p *config.Problem
		if !errors.As(err, &p) || p.Path != path || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhatMayBeOffIsOffByZero(t *testing.T) {
	b, err := New(with(siteAt("http://127.0.0.1:1"), func(b *config.Backend) {
		b.Queue.Length, b.KeepAlive.MaxIdle, b.Upgrade.Max, b.Health.Failures, b.Health.SlowStart = 0, 0, 0, 0, 0
	}), Deps{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := testTimeout()
	defer cancel()
	if err := b.Stop(ctx); err != nil {
		t.Fatal(err)
	}
}

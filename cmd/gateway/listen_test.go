package main

import (
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
)

func TestThePlaneIsCounted(t *testing.T) {
	cfg := config.Default()
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry, func() int64 { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	b := boundaryConfig(&cfg, m, &gateway.Gateway{}, new(accessLog), zap.NewNop())
	b.OnPanic()
	b.OnUntrusted()
	b.OnFault(httpx.FaultInternal)
	b.OnRefused(httpx.RefusedFull)
	if b.Limits != cfg.Limits {
		t.Errorf("the limits are %+v", b.Limits)
	}
	for _, name := range []string{"einlass_panics_total", "einlass_faults_total", "einlass_connections_refused_total", "einlass_untrusted_proxy_requests_total"} {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, f := range families {
			for _, metric := range f.GetMetric() {
				if f.GetName() == name {
					sum += metric.GetCounter().GetValue()
				}
			}
		}
		if sum != 1 {
			t.Errorf("%s: %v, one was counted", name, sum)
		}
	}
	if n, err := testutil.GatherAndCount(registry); err != nil || n == 0 {
		t.Error(n, err)
	}
}

func TestTheHostsThatVisitorsNameAreKnown(t *testing.T) {
	cfg := &config.Config{
		Listen: config.Listen{HTTP: ":8080", HTTPS: "[::]:443"},
		Rooms:  []config.Room{{Hosts: []string{"a.example", "*.b.example", "*"}}, {Hosts: []string{"c.example"}}},
	}
	if got, want := hostsOf(cfg), []string{"a.example", "a.example:8080", "c.example", "c.example:8080"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

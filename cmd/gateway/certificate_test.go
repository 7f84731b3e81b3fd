package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/tlscert"
	"github.com/einlass/einlass/internal/tlscert/certtest"
)

func TestACertificateThatIsNotTakenIsCounted(t *testing.T) {
	files := certtest.NewFiles(t, "a.example")
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		files.Write(certtest.KeyPairFrom(t, "a.example", now, now.Add(time.Hour)))
		registry := prometheus.NewRegistry()
		m, err := newMetrics(registry, func() int64 { return 0 })
		if err != nil {
			t.Fatal(err)
		}
		cert, err := tlscert.LoadFiles(files.Cert, files.Key, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		a := &app{metrics: m, cert: cert}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- a.watchCertificate(ctx) }()
		want := func(until time.Time, refused int) {
			t.Helper()
			time.Sleep(time.Minute)
			synctest.Wait()
			expected := fmt.Sprintf("# TYPE einlass_certificate_expiry_timestamp_seconds gauge\neinlass_certificate_expiry_timestamp_seconds %v\n"+
				"# TYPE einlass_certificate_refused_total counter\neinlass_certificate_refused_total %d\n", float64(until.Unix()), refused)
			var got []string
			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range families {
				if strings.HasPrefix(f.GetName(), "einlass_certificate_") {
					for _, one := range f.GetMetric() {
						got = append(got, fmt.Sprint(f.GetName(), " ", one.GetGauge().GetValue()+one.GetCounter().GetValue()))
					}
				}
			}
			if len(got) != 2 {
				t.Errorf("%q, want %s", got, expected)
			}
			for _, line := range got {
				if !strings.Contains(expected, line+"\n") {
					t.Errorf("%s, want %s", line, expected)
				}
			}
		}
		want(now.Add(time.Hour), 0)
		files.Write(certtest.KeyPairFrom(t, "a.example", now.Add(-2*time.Hour), now.Add(-time.Hour)))
		want(now.Add(time.Hour), 1)
		files.Write(certtest.KeyPairFrom(t, "a.example", now, now.Add(9*time.Hour)))
		want(now.Add(9*time.Hour), 1)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// The certificate that a site is shown comes with SIGHUP.
func TestAReloadTakesNoExpiredCertificateForASite(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}}}
	r := run(t, p)
	pair := func(from, until time.Duration) string {
		dir := t.TempDir()
		cert, key := certtest.KeyPairFrom(t, "gateway", time.Now().Add(from), time.Now().Add(until))
		for name, data := range map[string][]byte{"cert": cert, "key": key} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return fmt.Sprintf(`url: "https://127.0.0.1:9", tls: {cert_file: %s/cert, key_file: %[1]s/key}`, dir)
	}
	for what, times := range map[string][2]time.Duration{"has expired": {-2 * time.Hour, -time.Hour}, "is not valid yet": {time.Hour, 2 * time.Hour}} {
		p.rooms[0].backend = pair(times[0], times[1])
		_, err := r.Apply(t.Context(), p.load(t))
		if err == nil || !strings.Contains(err.Error(), "rooms[0].backend.tls.cert_file: the certificate "+what) {
			t.Errorf("%s: %v", what, err)
		}
		if r.from("a") != s.URL {
			t.Errorf("%s: it is in force", what)
		}
	}
	p.rooms[0].backend = pair(-time.Hour, time.Hour)
	if d := r.apply(p); len(d.changed) != 1 {
		t.Errorf("a valid one changes %+v", d)
	}
}

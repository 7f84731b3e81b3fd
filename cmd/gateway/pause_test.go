package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/pkg/queue"
)

// The room is paused by the answer, in the store, and the record names the site.
func TestASiteThatMayPauseItsRoomDoesSoOnce(t *testing.T) {
	for name, test := range map[string]struct {
		more   string
		paused bool
	}{
		"allowed": {"    commands: [pause]\n", true}, "not said": {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Einlass-Command", "pause") }))
			t.Cleanup(origin.Close)
			r := run(t, &draft{rooms: []planned{{"a", "url: \"" + origin.URL + "\"", quick + test.more}}})
			line := r.serving.Load().room("a").line
			visitor := r.visitor()
			for range 2 {
				if res, _ := r.get(visitor, "a", "/"); res.StatusCode != 200 || res.Header.Get("Einlass-Command") != "" || res.Header.Get("Einlass-State") != "" {
					t.Fatalf("%d %v", res.StatusCode, res.Header)
				}
				if test.paused {
					until(t, "the pause", func() bool { return line.View().Snapshot.Document.Pace.Mode == queue.ModePause })
				}
			}
			made := r.logs.FilterMessage("operator change made").All()
			switch {
			case !test.paused && (len(made) != 0 || line.View().Snapshot.Document.Pace.Mode != queue.ModeRun):
				t.Errorf("a room that was not asked is paused: %v", made)
			case test.paused && len(made) != 1:
				t.Fatalf("%d records, want one", len(made))
			case test.paused:
				fields := made[0].ContextMap()
				if made[0].Level != zapcore.InfoLevel || fields["principal"] != "site" || fields["reason"] != "the site asked" || fields["room"] != "a" {
					t.Errorf("the record: %v", fields)
				}
			}
		})
	}
}

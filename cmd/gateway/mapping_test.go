package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/config/configtest"
	"github.com/einlass/einlass/internal/tlscert/certtest"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestWhatARoomSaysOfTheLineArrivesInTheLine(t *testing.T) {
	arrives := configtest.Arriving(t, config.DefaultRoom(), func(r config.Room) string {
		r.Poll.Max *= 1e6 // hold is in whole milliseconds of it
		return fmt.Sprintf("%+v", r.Document())
	})
	want := []string{
		"pace.rate", "pace.max_inside", "pace.inside", "pace.burst", "pace.health", "mode", "message", "session.idle", "session.max", "session.resume",
		"session.active", "session.page", "claim_window", "absent_after", "confirm_within", "ticket_life", "poll.max", "close_at",
	}
	var schedule plan.Schedule
	for _, key := range configtest.Keys(t, &schedule) {
		want = append(want, "schedule."+key)
	}
	configtest.Want(t, "document", arrives, want)
}

func TestEveryKeyOfTheStoreArrivesInItsClient(t *testing.T) {
	files := certtest.NewFiles(t, "h")
	base := config.Default().Store
	base.URL = "rediss://h:1/2"
	base.TLS = config.StoreTLS{CAFile: files.Cert, ServerName: "h", CertFile: files.Cert, KeyFile: files.Key}
	sentinel, cluster := base, base
	sentinel.Sentinel.Master = "m"
	cluster.Cluster, cluster.URL = true, "rediss://h:1"
	arrives := map[string]bool{}
	for _, section := range []config.Store{base, sentinel, cluster} {
		for _, key := range configtest.Arriving(t, section, clientOf) {
			arrives[key] = true
		}
	}
	section := base
	for _, key := range configtest.Keys(t, &section) {
		// The prefix belongs to the store of each room; Load has read the files' secrets into the values beside them.
		elsewhere := slices.Contains([]string{"key_prefix", "password_file", "sentinel.password_file"}, key)
		if arrives[key] == elsewhere {
			t.Errorf("store.%s: arrives %v", key, arrives[key])
		}
	}
}

// clientOf is what redisOptions makes of a section, as text.
func clientOf(s config.Store) string {
	o, err := redisOptions(&s)
	text := fmt.Sprintf("%v %v", o.Password, err)
	if o.TLS != nil {
		text += fmt.Sprint(o.TLS.ServerName, o.TLS.RootCAs != nil, len(o.TLS.Certificates))
	}
	o.TLS = nil
	return text + fmt.Sprintf("%+v", o)
}

// applied is all that Apply looks at in a configuration, as text.
func applied(c config.Config) string {
	text := fmt.Sprintf("%+v %v %v %v %v", c.Routes(), c.Limits.Codes, c.Limits.ArrivalsPerPrefix, []any{c.Log.Level, c.Log.Access}, drainOf(&c, nil))
	for i := range c.Rooms {
		r := &c.Rooms[i]
		line := (&line{}).config(r)
		line.ConfigHash = ""
		text += fmt.Sprintf("%+v %+v %+v %+v %+v %v", siteConfig(r), line, boundsOf(r, &c.Limits), homeOf(r, &c.Listen), r.Backend, ruleOf(r)) + fmt.Sprint(lotsOf(r), r.SMS, r.Invitations, r.Pages)
	}
	return text
}

func TestWhatNeedsNoRestartIsApplied(t *testing.T) {
	t.Parallel()
	base := config.Default()
	base.Rooms = []config.Room{config.DefaultRoom()}
	arrives := configtest.Arriving(t, base, applied)
	restart := configtest.Arriving(t, base, func(c config.Config) (problems string) {
		for _, p := range config.NeedRestart(&base, &c) {
			problems += p.Error() + "\n"
		}
		return problems
	})
	elsewhere := []string{
		"rooms[0].session.visit", // which only a check of the configuration reads
		// Any text is none of these; internal/config tries those that are.
		"rooms[0].bookings[0].ref", "rooms[0].bookings[0].count", "rooms[0].frees[0].ref", "rooms[0].frees[0].count",
	}
	sample, live := base, 0
	for _, key := range configtest.Keys(t, &sample) {
		if slices.Contains(restart, key) || slices.Contains(elsewhere, key) {
			continue
		}
		if live++; !slices.Contains(arrives, key) {
			t.Errorf("%s needs no restart, and nothing applies it", key)
		}
	}
	if live < 50 || len(restart) < 50 {
		t.Errorf("only %d keys need no restart, and %d need one", live, len(restart))
	}
}

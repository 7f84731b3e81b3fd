package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/web"
)

// boss is a context in which an admin of all rooms acts.
func boss(t *testing.T) context.Context {
	return operator.NewContext(t.Context(), operator.Principal{Name: "anna", Role: operator.RoleAdmin})
}

// readFrom has a gateway read its configuration from a file, which the test writes.
func (r *running) readFrom(p *draft) (write func()) {
	file := filepath.Join(r.t.TempDir(), "gateway.yaml")
	write = func() {
		if err := os.WriteFile(file, []byte(p.text()), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	write()
	r.source = &config.Source{File: file, Languages: web.Languages()}
	return write
}

// latest is the last entry of the record.
func (r *running) latest() audit.Entry {
	r.t.Helper()
	page, err := r.operators.Audit(boss(r.t), audit.Query{Limit: 1})
	if err != nil || len(page.Entries) != 1 {
		r.t.Fatalf("%+v, %v", page, err)
	}
	return page.Entries[0]
}

func TestTheConfigurationInForceIsShownAndIsReadAsTheSame(t *testing.T) {
	p := &draft{admin: `listen: "127.0.0.1:0", token: "0123456789abcdef"`, rooms: []planned{{"a", newSite(t).backend(), quick}}}
	r := run(t, p)
	r.readFrom(p)
	info, err := r.operators.Config(boss(t))
	if err != nil || info.File != r.source.File || info.Since.IsZero() || strings.Contains(info.Text, "0123456789abcdef") || !strings.Contains(info.Text, config.Hidden) {
		t.Fatalf("%+v, %v", info, err)
	}
	review, err := r.operators.CheckConfig(boss(t), operator.ConfigAsked{Text: info.Text})
	if err != nil || !review.OK || len(review.Changes)+len(review.Problems)+len(review.Restart) > 0 {
		t.Errorf("what is shown: %+v, %v", review, err)
	}
}

func TestAConfigurationIsCheckedWithAllThatIsWrongAndWhatItWouldChange(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}}}
	r := run(t, p)
	r.readFrom(p)
	check := func(text string) operator.ConfigReview {
		review, err := r.operators.CheckConfig(boss(t), operator.ConfigAsked{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return review
	}
	wrong := strings.NewReplacer("rate: 100000", "rate: -1", "min: 100ms", "min: soon").Replace(p.text())
	if review := check(wrong); review.OK || len(review.Problems) != 6 || review.Problems[0].Where == "" {
		t.Errorf("%+v", review)
	}
	if review := check("rooms: ["); review.OK || len(review.Problems) != 1 {
		t.Errorf("no YAML: %+v", review)
	}
	next := *p
	next.rooms = []planned{{"b", s.backend(), closed}, {"c", s.backend(), quick}}
	next.head = "drain: 7s\n"
	review := check(next.text())
	if !review.OK || !reflect.DeepEqual(review.Added, []string{"c"}) || !reflect.DeepEqual(review.Removed, []string{"a"}) || !reflect.DeepEqual(review.Changed, []string{"b"}) {
		t.Errorf("%+v", review)
	}
	if c := review.Changes[0]; c != (operator.ConfigChange{Path: "drain", Before: "5s", After: "7s"}) || review.Changes[1].Path != "rooms.b.pace.rate" {
		t.Errorf("%+v", review.Changes)
	}
	next.head = "prefix: /other\n"
	if review := check(next.text()); review.OK || len(review.Restart) != 1 || review.Restart[0].Path != "prefix" {
		t.Errorf("what needs a start: %+v", review)
	}
	if r.serving.Load().room("c") != nil {
		t.Error("it came into force")
	}
}

func TestAnOperatorReadsTheConfigurationAgain(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}}}
	r := run(t, p)
	if _, err := r.operators.ReloadConfig(boss(t), operator.ReloadAsked{}); !errors.Is(err, operator.ErrNoConfig) {
		t.Fatalf("without a file: %v", err)
	}
	write := r.readFrom(p)
	p.rooms = []planned{{"b", s.backend(), quick}, {"c", s.backend(), quick}}
	write()
	review, err := r.operators.ReloadConfig(boss(t), operator.ReloadAsked{Dry: true})
	if err != nil || !review.OK || len(review.Added) != 1 || r.serving.Load().room("c") != nil {
		t.Errorf("a look: %+v, %v", review, err)
	}
	if e := r.latest(); e.Act == operator.ActReload && e.Error == "" {
		t.Errorf("a look is recorded: %+v", e)
	}
	_, err = r.operators.ReloadConfig(boss(t), operator.ReloadAsked{})
	var asks *operator.ConfirmError
	if !errors.As(err, &asks) || asks.Kind != operator.EffectRoomDropped || r.serving.Load().room("a") == nil {
		t.Fatalf("a room that is dropped: %v", err)
	}
	asked := operator.ReloadAsked{Because: operator.Because{Reason: "a is over"}, Confirmed: operator.Confirmed{Confirm: asks.Code}}
	if _, err = r.operators.ReloadConfig(boss(t), asked); err != nil || r.serving.Load().room("a") != nil || r.serving.Load().room("c") == nil {
		t.Errorf("it is not in force: %v", err)
	}
	if e := r.latest(); e.Act != operator.ActReload || e.Reason != "a is over" || !strings.Contains(string(e.After), `"removed":["a"]`) {
		t.Errorf("the record says %+v", e)
	}
	p.rooms[0].more = "    pages: " + filepath.Join(t.TempDir(), "none") + "\n"
	write()
	review, err = r.operators.ReloadConfig(boss(t), operator.ReloadAsked{Dry: true})
	if err != nil || review.OK || len(review.Problems) != 1 || review.Problems[0].Path != "rooms[0].pages" {
		t.Errorf("what a key names is not there: %+v, %v", review, err)
	}
	if _, err := r.operators.ReloadConfig(boss(t), operator.ReloadAsked{}); err == nil || !strings.Contains(err.Error(), "rooms[0].pages") {
		t.Errorf("%v", err)
	}
	if e := r.latest(); e.Act != operator.ActReload || !strings.Contains(e.Error, "rooms[0].pages") {
		t.Errorf("the record says %+v", e)
	}
	if err := os.Remove(r.source.File); err != nil {
		t.Fatal(err)
	}
	if review, err := r.operators.ReloadConfig(boss(t), operator.ReloadAsked{Dry: true}); err != nil || review.OK || len(review.Problems) != 1 {
		t.Errorf("without the file: %+v, %v", review, err)
	}
}

func TestASignalThatReloadsStandsInTheRecord(t *testing.T) {
	s := newSite(t)
	p := &draft{rooms: []planned{{"a", s.backend(), quick}, {"b", s.backend(), quick}}}
	r := run(t, p)
	write := r.readFrom(p)
	hangup := func() audit.Entry {
		r.reload(t.Context(), readingOf(r.source))
		e := r.latest()
		if e.Act != operator.ActReload || e.Principal == nil || *e.Principal != (audit.Principal{Name: "signal", Method: "SIGHUP", Role: "admin"}) {
			t.Errorf("the record says %+v", e)
		}
		return e
	}
	p.head = "drain: 7s\n"
	p.rooms = []planned{{"b", s.backend(), closed}, {"c", s.backend(), quick}}
	write()
	e := hangup()
	for _, want := range []string{
		`"path":"drain","before":"5s","after":"7s"`, `"path":"rooms.b.pace.rate"`, `"added":["c"]`, `"changed":["b"]`, `"removed":["a"]`,
	} {
		if e.Error != "" || !strings.Contains(string(e.After), want) {
			t.Errorf("the record says %s, %q, want %s", e.After, e.Error, want)
		}
	}
	if e := hangup(); e.Error != "" || !strings.Contains(string(e.After), `"changes":[]`) {
		t.Errorf("of nothing new it says %s, %q", e.After, e.Error)
	}
	p.head = "drain: soon\nmetrics: {listen: 7}\n"
	write()
	if e := hangup(); e.After != nil || e.Code != "invalid" || !strings.Contains(e.Error, "drain: ") || !strings.Contains(e.Error, "metrics: ") {
		t.Errorf("of mistakes it says %s, %q, code %q", e.After, e.Error, e.Code)
	}
	p.head = "prefix: /other\n"
	write()
	if e := hangup(); e.After != nil || !strings.Contains(e.Error, "prefix: ") {
		t.Errorf("of what needs a start it says %s, %q", e.After, e.Error)
	}
	p.head = ""
	p.rooms[0].more = "    pages: " + filepath.Join(t.TempDir(), "none") + "\n"
	write()
	if e := hangup(); e.After != nil || e.Error == "" {
		t.Errorf("of what cannot be opened it says %s, %q", e.After, e.Error)
	}
	if err := os.Remove(r.source.File); err != nil {
		t.Fatal(err)
	}
	if e := hangup(); e.After != nil || !strings.Contains(e.Error, "gateway.yaml") {
		t.Errorf("without the file it says %s, %q", e.After, e.Error)
	}
	r.source = nil
	if e := hangup(); e.Error != operator.ErrNoConfig.Error() {
		t.Errorf("without a source it says %q", e.Error)
	}
}

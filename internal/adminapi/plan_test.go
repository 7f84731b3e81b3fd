package adminapi

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// planned is an admin API over a room with a planner, at a time.
type planned struct {
	t     *testing.T
	url   string
	now   time.Time
	store queue.Store
	room  *queue.Room
	logs  *observer.ObservedLogs
}

func newPlanned(t *testing.T, at string) *planned { return newPlannedBy(t, at, plan.Planner{}) }

func newPlannedBy(t *testing.T, at string, planner queue.Planner) *planned {
	t.Helper()
	p := &planned{t: t}
	var err error
	if p.now, err = time.Parse(time.RFC3339, at); err != nil {
		t.Fatal(err)
	}
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return p.now.UnixMilli() }})
	if err != nil {
		t.Fatal(err)
	}
	p.store = store
	p.room, err = queue.NewRoom(store, queue.RoomConfig{
		Document:   queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()},
		FirstStart: true, Visitors: 64, Planner: planner, Clock: func() time.Time { return p.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.pass(5 * time.Second)
	core, logs := observer.New(zapcore.InfoLevel)
	p.logs = logs
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: p.room, Backends: func() []operator.Backend { return nil }}}
	}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	p.url = serveOperators(t, service, Config{})
	return p
}

func (p *planned) pass(d time.Duration) {
	for end := p.now.Add(d); p.now.Before(end); {
		p.now = p.now.Add(250 * time.Millisecond)
		p.room.Tick(p.t.Context())
	}
}

// ask asks below the room, and decodes an answer of 200.
func (p *planned) ask(method, path, body string, want int, to any, headers ...string) (head *httptest.ResponseRecorder, text string) {
	p.t.Helper()
	resp, text := ask(p.t, method, p.url+"/v1/rooms/termine"+path, body, append([]string{"Content-Type", patchType}, headers...)...)
	if resp.StatusCode != want {
		p.t.Fatalf("%s %s: %d, want %d: %s", method, path, resp.StatusCode, want, text)
	}
	if to != nil {
		if err := json.Unmarshal([]byte(text), to); err != nil {
			p.t.Fatal(err)
		}
	}
	head = httptest.NewRecorder()
	for k, v := range resp.Header {
		head.Header()[k] = v
	}
	return head, text
}

const sunday = `{"zone": "Europe/Berlin", "openings": [{"days": ["sunday"], "lobby": "01:00", "start": "02:30", "end": "05:00", "quota": 9}]}`

// Both days on which clocks change, by the API: said before, opened once, in the hour that there is.
func TestAnOpeningHappensOnceOnTheDaysOnWhichClocksChange(t *testing.T) {
	for _, tt := range []struct{ at, opens, says string }{
		{"2027-03-28T01:29:00+01:00", "2027-03-28T03:30:00+02:00", "there is no 02:30 on 2027-03-28: it starts at 03:30"},
		{"2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+02:00", "02:30 happens twice on 2026-10-25: it starts at the first"},
	} {
		p := newPlanned(t, tt.at)
		p.ask("PATCH", "", `{"schedule": `+sunday+`}`, 200, nil)
		p.pass(time.Second)
		var info operator.PlanInfo
		p.ask("GET", "/plan", "", 200, &info)
		i := slices.IndexFunc(info.Next, func(e operator.PlanEvent) bool { return e.What == plan.Starts })
		if i < 0 || info.Next[i].At.Format(time.RFC3339) != tt.opens || info.Phase != "lobby" || !slices.Contains(info.Warnings, tt.says) {
			t.Errorf("%s: %+v, %q", tt.at, info.Next, info.Warnings)
		}
		opened := 0
		for was := queue.PhaseLobby; p.now.Sub(info.AsOf) < 3*time.Hour; {
			p.now = p.now.Add(15 * time.Second)
			p.room.Tick(t.Context())
			if is := p.room.View().Snapshot.Opening.Phase; is != was {
				if was = is; is == queue.PhaseOpen {
					opened++
				}
			}
		}
		if opened != 1 {
			t.Errorf("%s: opened %d times", tt.at, opened)
		}
	}
}

func TestAPreviewChangesNothingAndAChangeIsRecorded(t *testing.T) {
	p := newPlanned(t, "2026-12-01T09:00:00+01:00")
	const day = `{"zone": "Europe/Berlin", "openings": [{"dates": ["2026-12-01"], "start": "08:00", "end": "14:00", "quota": 625, "more": [{"at": "11:00", "quota": 625}]}]}`
	p.ask("PATCH", "", `{"schedule": `+day+`, "reason": "wie angekündigt"}`, 200, nil)
	p.pass(time.Second)
	if err := p.room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: 412}); err != nil {
		t.Fatal(err)
	}
	p.pass(time.Second)
	p.logs.TakeAll()
	before := p.room.View().Snapshot.Document
	shorter := strings.NewReplacer("14:00", "12:00", `"more": [{"at": "11:00", "quota": 625}]`, `"per": 1`).Replace(day)
	var preview operator.PlanPreview
	head, _ := p.ask("POST", "/plan/preview", `{"schedule": `+shorter+`}`, 200, &preview)
	if want := []string{"now quota 625, nobody may stand by: new", "11:00 625 more, quota 1,250, nobody may stand by: gone", "12:00 ends, and the line with it; no numbers are given, instead of 14:00"}; !slices.Equal(preview.Changes, want) {
		t.Errorf("got %q, want %q", preview.Changes, want)
	}
	wantDifferences(t, &preview)
	p.pass(time.Second)
	if after := p.room.View().Snapshot.Document; after.Version != before.Version || after.Settings != before.Settings || p.logs.Len() != 0 {
		t.Errorf("a preview has changed the document: %+v, %v", after, p.logs.All())
	}
	tag := head.Header().Get("ETag")
	// What has been booked is never taken back, and that it is more than the quota is said before.
	var less operator.PlanPreview
	p.ask("POST", "/plan/preview", `{"schedule": `+strings.Replace(day, `"quota": 625, "more"`, `"quota": 300, "more"`, 1)+`}`, 200, &less)
	if len(less.Plan.Warnings) != 1 || !strings.HasPrefix(less.Plan.Warnings[0], "412 are booked and the quota would be 300: nothing is taken back") {
		t.Errorf("warnings %q", less.Plan.Warnings)
	}
	if n := less.Plan.Notices; len(n) != 1 || n[0].Kind != operator.NoticeSoldOut || n[0].Words != less.Plan.Warnings[0] || *n[0].Booked != 412 || *n[0].Quota != 300 {
		t.Errorf("notices %+v", n)
	}
	p.ask("POST", "/plan/preview", `{"schedule": `+strings.Replace(day, `"08:00"`, `"10:00"`, 1)+`}`, 200, &less)
	if len(less.Plan.Warnings) != 1 || !strings.Contains(less.Plan.Warnings[0], "2026-12-01 10:00 is another opening than 2026-12-01 08:00 and begins to count at 0") {
		t.Errorf("warnings %q", less.Plan.Warnings)
	}
	if n := less.Plan.Notices; len(n) != 1 || n[0].Kind != operator.NoticeAnother || n[0].Opening != "2026-12-01 10:00" || n[0].Counted != "2026-12-01 08:00" || *n[0].Booked != 412 {
		t.Errorf("notices %+v", n)
	}
	var room operator.RoomInfo
	p.insist(`{"schedule": `+strings.Replace(day, `"quota": 625, "more"`, `"quota": 300, "more"`, 1)+`, "reason": "Saal gesperrt"}`, &room, "If-Match", tag)
	p.pass(time.Second)
	if o := p.room.View().Snapshot.Opening; o.Booked != 412 || o.Quota != 300 || !o.SoldOut() {
		t.Errorf("booked %d of %d", o.Booked, o.Quota)
	}
	if room.Schedule.Openings[0].Quota != 300 {
		t.Errorf("the room shows %+v", room.Schedule)
	}
	all := p.logs.TakeAll()
	if len(all) != 1 || all[0].Message != "operator change made" {
		t.Fatalf("records %v", all)
	}
	said := all[0].ContextMap()
	if after := said["after"].(map[string]any)["schedule"].(string); said["reason"] != "Saal gesperrt" || !strings.Contains(after, `"quota":300`) {
		t.Errorf("the record says %v", said)
	}
	p.ask("PATCH", "", `{"schedule": null}`, 412, nil, "If-Match", tag)
	p.ask("PATCH", "", `{"rate": 61}`, 200, nil)
	if said := p.logs.TakeAll()[1].ContextMap(); said["after"].(map[string]any)["schedule"] != nil {
		t.Errorf("a record about the rate repeats the schedule: %v", said)
	}
	room = operator.RoomInfo{}
	p.insist(`{"schedule": null}`, &room)
	p.pass(time.Second)
	if !room.Schedule.Empty() || p.room.View().Snapshot.Opening.Quota != -1 {
		t.Errorf("without a schedule: %+v", p.room.View().Snapshot.Opening)
	}
}

// wantDifferences holds the changes of a preview as events: a new quota at once, a release that is gone, and an end that comes sooner.
func wantDifferences(t *testing.T, preview *operator.PlanPreview) {
	t.Helper()
	d := preview.Differences
	if len(d) != len(preview.Changes) || d[0].Before != nil || d[1].After != nil || d[2].Before == nil || d[2].After == nil {
		t.Fatalf("differences %+v", d)
	}
	if now := d[0].After; !now.Due || *now.Quota != 625 || now.What != plan.Released || now.Standby == nil || *now.Standby != 0 {
		t.Errorf("at once: %+v", now)
	}
	if gone := d[1].Before; gone.More != 625 || *gone.Quota != 1250 || gone.Due {
		t.Errorf("gone: %+v", gone)
	}
	if was, is := d[2].Before, d[2].After; !is.Floor || is.Phase != "closed" || was.At.Sub(is.At) != 2*time.Hour {
		t.Errorf("the end was %+v and is %+v", was, is)
	}
}

func TestAWrongScheduleIsRefusedWithAllItsPaths(t *testing.T) {
	p := newPlanned(t, "2026-12-01T09:00:00+01:00")
	version := p.room.View().Snapshot.Document.Version
	for _, tt := range []struct {
		schedule string
		paths    []string
	}{
		{`{"zone": "Berlin", "openings": [{"days": ["monday"], "start": "8:00", "quota": -1}]}`, []string{"schedule.zone", "schedule.openings[0].start", "schedule.openings[0].quota"}},
		{
			`{"zone": "Europe/Berlin", "opening": [], "openings": [{"dates": "2026-12-01", "start": 8, "carry_over": "ja", "quota": 1.5, "begin": ""}]}`,
			[]string{"schedule.openings[0].dates", "schedule.openings[0].start", "schedule.openings[0].quota", "schedule.openings[0].carry_over", "schedule.openings[0].begin", "schedule.opening"},
		},
		{`{"zone": "Europe/Berlin", "openings": [{"days": ["monday"], "start": "08:00", "end": "12:00"}, {"days": ["monday"], "start": "11:00"}]}`, []string{"schedule.openings[1]"}},
		{`[]`, []string{"schedule"}},
		{`{"zone": "Europe/Berlin", "openings": [{"days": ["monday"], "start": "08:00"}], "changes": [{"opening": "2026-12-01 08:00"}]}`, []string{"schedule.changes[0].opening"}},
		{`{"zone": "Europe/Berlin", "openings": [` + strings.Repeat(`{"dates": ["2026-12-01"], "start": "08:00"},`, 64) + `{"dates": ["2026-12-01"], "start": "08:00"}]}`, []string{"schedule.openings"}},
	} {
		for _, way := range [][2]string{{"PATCH", ""}, {"POST", "/plan/preview"}} {
			var problem Problem
			p.ask(way[0], way[1], `{"schedule": `+tt.schedule+`}`, 422, &problem)
			var paths []string
			for _, e := range problem.Errors {
				paths = append(paths, e.Field)
			}
			if !slices.Equal(paths, tt.paths) {
				t.Errorf("%s%s %.80s: %q, want %q", way[0], way[1], tt.schedule, paths, tt.paths)
			}
		}
	}
	p.ask("POST", "/plan/preview", `{"rate": 5}`, 422, nil)
	p.pass(time.Second)
	if after := p.room.View().Snapshot.Document.Version; after != version {
		t.Errorf("version %d, was %d", after, version)
	}
}

func TestWarningsNameWhatKeepsThePlanFromHappening(t *testing.T) {
	p := newPlanned(t, "2026-12-01T07:00:00+01:00")
	p.ask("PATCH", "", `{"mode": "pause", "schedule": {"zone": "Europe/Berlin", "openings": [{"dates": ["2026-12-01"], "start": "08:00", "end": "09:00"}]}}`, 200, nil)
	p.pass(time.Second)
	var info operator.PlanInfo
	p.ask("GET", "/plan", "", 200, &info)
	if !slices.Equal(info.Warnings, []string{"the room is paused: nobody is called, whatever the plan says"}) {
		t.Errorf("paused: %q", info.Warnings)
	}
	if _, err := p.room.Update(t.Context(), func(d *queue.Document) error { // as of a file
		d.Pace.Mode, d.Pace.Rate = queue.ModeRun, 0
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.pass(time.Second)
	p.ask("GET", "/plan", "", 200, &info)
	if !slices.Equal(info.Warnings, []string{"the rate is 0: nobody is called, whatever the plan says"}) {
		t.Errorf("without a rate: %q", info.Warnings)
	}
	p.ask("PATCH", "", `{"schedule": {"zone": "Europe/Berlin", "openings": [{"dates": ["2026-11-01"], "start": "08:00", "end": "09:00"}]}}`, 200, nil)
	p.pass(time.Second)
	p.ask("GET", "/plan", "", 200, &info)
	if !slices.Equal(info.Warnings, []string{"nothing comes next: the schedule has no opening within the next 60 days"}) {
		t.Errorf("a schedule that is over: %q", info.Warnings)
	}
}

func TestAScheduleThatNothingFollowsIsToldAsSuch(t *testing.T) {
	p := newPlannedBy(t, "2026-12-01T07:00:00+01:00", nil)
	p.ask("PATCH", "", `{"schedule": {"zone": "Europe/Berlin", "openings": [{"dates": ["2026-12-01"], "start": "08:00", "end": "09:00"}]}}`, 200, nil)
	p.pass(time.Second)
	var info operator.PlanInfo
	p.ask("GET", "/plan", "", 200, &info)
	want := "not in force yet, or no gateway follows the schedule: 08:00 opens"
	if !slices.Contains(info.Warnings, want) || info.Phase != "open" {
		t.Errorf("%q in phase %s, want %q", info.Warnings, info.Phase, want)
	}
}

func TestAPlanCountsWhoHasComeAndNotTheNumbersThatALossLeftOut(t *testing.T) {
	p := newPlanned(t, "2027-04-11T01:10:00+02:00")
	p.ask("PATCH", "", `{"schedule": `+sunday+`}`, 200, nil)
	p.pass(time.Second)
	for range 5 {
		if j, err := p.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateLobby {
			t.Fatal(j, err)
		}
	}
	p.pass(time.Second)
	f := p.room.View().Snapshot
	if err := p.store.Restore(t.Context(), queue.Watermark{ // a gateway that remembers more
		Gateway: "b", Epoch: f.Epoch, Last: f.Last + 2000, Ceiling: f.Last + 2000, Document: f.Document, Opening: f.Opening,
	}); err != nil {
		t.Fatal(err)
	}
	p.pass(time.Second)
	var info operator.PlanInfo
	p.ask("GET", "/plan", "", 200, &info)
	if info.Came != 5 || !strings.HasPrefix(info.Now, "lobby: 5 have come") || p.room.View().Snapshot.Last < 2000 {
		t.Errorf("%d: %q", info.Came, info.Now)
	}
}

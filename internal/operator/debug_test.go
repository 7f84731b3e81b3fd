package operator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// try does an act, and reads its JSON form before and that of the answer behind it.
func try[A operator.DebugAct, B any](h *house, act A, body string) (answer B, err error) {
	h.t.Helper()
	if err := json.Unmarshal([]byte(body), &act); err != nil {
		h.t.Fatal(err)
	}
	said, err := h.Debug(h.as(admin), "termine", act)
	if err != nil {
		return answer, err
	}
	text, err := json.Marshal(said)
	if err != nil {
		h.t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(operator.AnswerTo(act)); err != nil {
		h.t.Errorf("%s answers another type than it says: %v", act.Name(), err)
	}
	return answer, json.Unmarshal(text, &answer)
}

// A whole opening by hand: a lobby, its draw, a quota, its bookings.
func TestWhatHasNoConfigurationYetIsTriedByHand(t *testing.T) {
	h := newHouse(t)
	at := func(in time.Duration) string {
		return time.UnixMilli(h.now.Load()).Add(in).UTC().Format(time.RFC3339Nano)
	}
	version, err := try[*operator.DebugPlan, operator.DebugVersion](h, &operator.DebugPlan{}, `{"reason": "Probe", "steps": [
		{"at": "`+at(time.Minute)+`", "opening": "o", "rank": 1, "phase": "lobby", "quota": 3, "per": 2, "standby": 4, "reset": true},
		{"at": "`+at(2*time.Minute)+`", "opening": "o", "rank": 2, "phase": "open", "draw": true, "share": 1000}]}`)
	if err != nil || version.Version < 2 {
		t.Fatalf("%+v, %v", version, err)
	}
	h.pass(time.Minute)
	var joined []operator.DebugPlace
	for range 3 {
		j, err := try[*operator.DebugJoin, operator.DebugPlace](h, &operator.DebugJoin{}, `{}`)
		if err != nil || queue.State(j.State) != queue.StateLobby || j.Number == 0 {
			t.Fatalf("in the lobby: %+v, %v", j, err)
		}
		joined = append(joined, j)
	}
	h.pass(time.Minute)
	if _, err := try[*operator.DebugReveal, any](h, &operator.DebugReveal{}, `{"opening": "o", "seed": "`+strings.Repeat("0a", 31)+`"}`); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("a short seed: %v", err)
	}
	if _, err := try[*operator.DebugReveal, any](h, &operator.DebugReveal{}, `{"opening": "p", "seed": "`+strings.Repeat("0a", 32)+`"}`); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("a draw that is none: %v", err)
	}
	for _, seed := range []string{strings.Repeat("0a", 32), strings.Repeat("0b", 32)} {
		got, err := try[*operator.DebugReveal, operator.DebugSeed](h, &operator.DebugReveal{}, `{"opening": "o", "seed": "`+seed+`"}`)
		if err != nil || got.Seed != strings.Repeat("0a", 32) {
			t.Errorf("revealed %+v, %v", got, err)
		}
	}
	visitor, err := json.Marshal(joined[0].Visitor)
	if err != nil {
		t.Fatal(err)
	}
	told, err := try[*operator.DebugReport, operator.DebugTold](h, &operator.DebugReport{}, `{"outcomes": [
		{"kind": "booked", "count": 2, "visitor": `+string(visitor)+`, "ref": `+string(visitor)+`}, {"kind": "finished", "visitor": `+string(visitor)+`}]}`)
	if err != nil || told.Told != 2 {
		t.Fatalf("%+v, %v", told, err)
	}
	h.pass(time.Second)
	picture, err := try[operator.DebugSnapshot, operator.DebugPicture](h, operator.DebugSnapshot{}, `{}`)
	if o := &picture.Opening; err != nil || o.Phase != queue.PhaseOpen || o.Booked != 2 || o.Quota != 3 || o.Standby != 4 || !o.Draws[0].Known {
		t.Fatalf("%+v, %v", o, err)
	}
	if info, _ := h.Get(h.as(staff), "termine"); info.Opening.Phase != "open" || info.Opening.Name != "o" || info.Opening.Quota == nil || *info.Opening.Quota != 3 || info.Opening.Booked != 2 {
		t.Errorf("operators see %+v", info.Opening)
	}
	if picture.Ended == 0 || picture.Snapshot.Ended != nil {
		t.Errorf("%d ended, ids %v", picture.Ended, picture.Snapshot.Ended)
	}
}

// pass lets time go by in ticks.
func (h *house) pass(d time.Duration) {
	for range d / (250 * time.Millisecond) {
		h.tick()
	}
}

func TestPlacesAreFoundAndMovedByHand(t *testing.T) {
	h := newHouse(t)
	if _, err := h.ask(operator.Change{Mode: ptr(queue.ModePause)}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	j, err := try[*operator.DebugJoin, operator.DebugPlace](h, &operator.DebugJoin{}, `{"lane": 2, "code": "AAAAAAAAAAAAAAAAAAAAAQ", "uses": 1}`)
	if err != nil || queue.State(j.State) != queue.StateWaiting || j.Lane != 2 {
		t.Fatalf("%+v, %v", j, err)
	}
	again, err := try[*operator.DebugJoin, operator.DebugPlace](h, &operator.DebugJoin{}, `{"code": "AAAAAAAAAAAAAAAAAAAAAQ"}`)
	if err != nil || queue.State(again.State) != queue.StateRefused || queue.Reason(again.Reason) != queue.ReasonCode {
		t.Errorf("the code a second time: %+v, %v", again, err)
	}
	found, err := try[*operator.DebugFind, operator.DebugFound](h, &operator.DebugFind{Number: j.Number}, `{}`)
	if err != nil || found.Visitor != j.Visitor || found.Set != "line" {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := try[*operator.DebugFind, any](h, &operator.DebugFind{Number: 4711}, `{}`); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("found nobody: %v", err)
	}
	visitor, err := json.Marshal(j.Visitor)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		act  string
		want queue.State
	}{{"front", queue.StateFront}, {"remove", queue.StateSpent}} {
		moved, err := try[*operator.DebugMove, operator.DebugMoved](h, &operator.DebugMove{}, `{"act": "`+c.act+`", "visitor": `+string(visitor)+`}`)
		if err != nil || queue.State(moved.State) != c.want {
			t.Errorf("%s: %+v, %v", c.act, moved, err)
		}
	}
	if _, err := h.ask(operator.Change{Door: ptr(queue.DoorClosed)}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	closed, err := try[*operator.DebugJoin, operator.DebugPlace](h, &operator.DebugJoin{}, `{}`)
	if err != nil || queue.Reason(closed.Reason) != queue.ReasonClosed {
		t.Errorf("behind a closed door: %+v, %v", closed, err)
	}
}

// What gateways apply by themselves does not make the condition fail, another operator's change does.
func TestAPlanIsReplacedOnlyIfItWasSeen(t *testing.T) {
	h := newHouse(t)
	seen, _ := h.Get(h.as(staff), "termine")
	h.reconfigure("b", func(d *queue.Document) { d.Pace.Rate = 30 })
	if _, err := try[*operator.DebugPlan, any](h, on(&operator.DebugPlan{}, seen.Version), `{"steps": []}`); err != nil {
		t.Errorf("a gateway's change made it fail: %v", err)
	}
	if _, err := try[*operator.DebugPlan, any](h, on(&operator.DebugPlan{}, seen.Version), `{"steps": []}`); !errors.Is(err, operator.ErrVersion) {
		t.Errorf("an operator's change went unseen: %v", err)
	}
}

func TestActsAreRefusedAndRecorded(t *testing.T) {
	h := newHouse(t)
	for name, act := range map[string]operator.DebugAct{
		"a step without a phase":    &operator.DebugPlan{Steps: []operator.Step{{Opening: "o", Rank: 1}}},
		"too few weights":           &operator.DebugPlan{Steps: []operator.Step{{Phase: phase(), Weights: []int64{1}}}},
		"a plan that is none":       &operator.DebugPlan{Steps: []operator.Step{{Phase: phase()}}},
		"an outcome without kind":   &operator.DebugReport{Outcomes: []operator.Outcome{{}}},
		"no outcome":                &operator.DebugReport{},
		"no act":                    &operator.DebugMove{},
		"no number":                 &operator.DebugFind{},
		"a lane that is none":       &operator.DebugJoin{Lane: queue.Lanes},
		"a reason of two lines":     &operator.DebugPlan{Because: operator.Because{Reason: "a\nb"}},
		"a code with too many uses": &operator.DebugJoin{Code: journal.ID{1}, Uses: 17},
	} {
		if _, err := h.Debug(h.as(admin), "termine", act); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		all := h.logs.TakeAll()
		if len(all) != 1 || all[0].ContextMap()["act"] != act.Name() || all[0].ContextMap()["principal"] != "token" {
			t.Errorf("%s: records %v", name, all)
		}
	}
	h.logs.TakeAll()
	if _, err := h.Debug(t.Context(), "termine", &operator.DebugPlan{}); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := h.Debug(h.as(admin), "kfz", &operator.DebugPlan{}); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	why := errors.New("not JSON")
	if err := h.RefuseDebug(h.as(admin), "termine", "plan", why); !errors.Is(err, why) {
		t.Errorf("refused: %v", err)
	}
	if all := h.logs.TakeAll(); len(all) != 3 {
		t.Errorf("records: %v", all)
	}
	if _, err := h.Debug(h.as(admin), "termine", &operator.DebugPlan{Because: operator.Because{Reason: "Probe"}}); err != nil {
		t.Fatal(err)
	}
	all := h.logs.TakeAll()
	if len(all) != 1 || !strings.Contains(all[0].ContextMap()["asked"].(string), "Probe") || !strings.Contains(all[0].ContextMap()["answer"].(string), "version") {
		t.Errorf("records: %v", all)
	}
}

func phase() *journal.Phase {
	p := journal.Phase(queue.PhaseOpen)
	return &p
}

func on[A interface{ On(version int64) }](act A, version int64) A {
	act.On(version)
	return act
}

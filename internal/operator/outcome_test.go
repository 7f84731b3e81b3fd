package operator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

var reporter = operator.Principal{Name: "report_token", Method: "bearer", Role: operator.RoleReporter}

// told says something, as JSON, and answers how many are booked by the next snapshot.
func (h *house) told(who operator.Principal, body string) (booked int64, heard operator.Heard, err error) {
	h.t.Helper()
	var t operator.Told
	if err := json.Unmarshal([]byte(body), &t); err != nil {
		h.t.Fatal(err)
	}
	heard, err = h.Tell(operator.NewContext(h.t.Context(), who), "termine", t)
	h.tick()
	return h.room.View().Snapshot.Opening.Booked, heard, err
}

func (h *house) quota(n int64) {
	h.t.Helper()
	_, err := h.room.Update(h.t.Context(), func(d *queue.Document) error {
		d.Plan = []queue.Step{{At: 1, Opening: "o", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: n, Per: 1}}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.pass(time.Minute) // steps wait until the grace of a new room is over
}

func TestWhatIsToldOfBookingsCountsOnceEach(t *testing.T) {
	h := newHouse(t)
	h.quota(10)
	for _, step := range []struct {
		body string
		want int64
	}{
		{`{"booked": 2, "ref": "A17"}`, 2},
		{`{"booked": 2, "ref": "A17"}`, 2}, // it was told already
		{`{"booked": 1, "ref": "A18"}`, 3},
		{`{"freed": 2, "ref": "A17"}`, 1}, // by the name of its booking
		{`{"freed": 2, "ref": "A17"}`, 1},
		{`{"sold_out": true}`, 10},
		{`{"freed": 1, "ref": "A18"}`, 9},
	} {
		if got, _, err := h.told(reporter, step.body); err != nil || got != step.want {
			t.Fatalf("%s: %d booked, %v; want %d", step.body, got, err, step.want)
		}
	}
	got, heard, err := h.told(staff, `{"total": 4, "reason": "the list says so"}`)
	if err != nil || got != 4 || heard.Before != 9 || *heard.Booked != 4 || *heard.Quota != 10 {
		t.Fatalf("a correction: %d, %+v, %v", got, heard, err)
	}
	for _, entry := range h.logs.All() {
		for _, value := range entry.ContextMap() {
			if text, is := value.(string); is && strings.Contains(text, "A17") {
				t.Errorf("the log has the name of a booking: %s %v", entry.Message, entry.ContextMap())
			}
		}
	}
}

func TestWhatCannotBeMeantOfBookingsIsRefused(t *testing.T) {
	h := newHouse(t)
	for body, want := range map[string]string{
		`{}`:                             "want exactly one of",
		`{"booked": 1}`:                  "ref: is missing",
		`{"freed": 1}`:                   "ref: is missing",
		`{"booked": -1, "ref": "a"}`:     "booked: of -1: want 1 to 1000",
		`{"booked": 1001, "ref": "a"}`:   "booked: of 1001",
		`{"total": -1}`:                  "total: of -1",
		`{"booked": 1, "freed": 1}`:      "want exactly one of",
		`{"sold_out": true}`:             "sold_out: the room has no quota",
		`{"booked": 1, "ref": "a\nb"}`:   "ref",
		`{"sold_out": true, "total": 1}`: "want exactly one of",
	} {
		if _, _, err := h.told(staff, body); !errors.Is(err, queue.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
	if _, _, err := h.told(reporter, `{"total": 1}`); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("a reporter corrects the total: %v", err)
	}
	if _, _, err := h.told(operator.Principal{}, `{"sold_out": true}`); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("anybody tells: %v", err)
	}
	if _, err := h.Tell(operator.NewContext(t.Context(), staff), "nowhere", operator.Told{SoldOut: true}); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("of no room: %v", err)
	}
}

package adminclient

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
)

func (r *room) History(_ context.Context, id string, asked operator.HistoryAsked) (operator.HistoryInfo, error) {
	r.past = asked
	if id != "termine" {
		return operator.HistoryInfo{}, unknownRoom(id)
	}
	return operator.HistoryInfo{ID: id, Answer: history.New().Ask(time.Unix(1_900_000_000, 0), time.Minute, 6)}, r.err
}

func (r *room) Changes() <-chan struct{} { return r.changed }

func TestTheHistoryOfARoomIsAskedFor(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	want := operator.HistoryAsked{Span: 2 * time.Hour, Points: 80}
	info, err := c.History(t.Context(), "termine", want)
	if err != nil || info.ID != "termine" || len(info.Columns["waiting"]) != 6 || info.Step != 10 || r.past != want {
		t.Errorf("%+v, %v; asked for %+v", info, err, r.past)
	}
	if _, err := c.History(t.Context(), "termine", operator.HistoryAsked{}); err != nil || r.past != (operator.HistoryAsked{}) {
		t.Errorf("%v; asked for %+v", err, r.past)
	}
	if _, err := c.History(t.Context(), "nirgends", want); !errors.Is(err, ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	r.err = operator.ErrNoHistory
	if _, err := c.History(t.Context(), "termine", want); !errors.Is(err, ErrRefused) {
		t.Errorf("none is kept: %v", err)
	}
}

func TestAHistoryOfAnotherServerIsRefused(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `{"id":"kfz","from":"2026-12-01T08:00:00Z","step":10,"columns":{"t":[1]}}`, `{"id":"termine","from":"2026-12-01T08:00:00Z","step":10,"columns":{}}`,
		`{"id":"termine","from":"2026-12-01T08:00:00Z","step":0,"columns":{"t":[1]}}`,
		`{"id":"termine","from":"2026-12-01T08:00:00Z","step":10,"columns":{"t":[1,2],"waiting":[1]}}`,
	} {
		c := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Einlass-Api", "1")
			w.Header().Set("Einlass-Room", "termine")
			_, _ = w.Write([]byte(body))
		}), token)
		if _, err := c.History(t.Context(), "termine", operator.HistoryAsked{}); !errors.Is(err, ErrNotAPI) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

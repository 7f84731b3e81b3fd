package adminclient

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

func TestRoomsAreFollowed(t *testing.T) {
	r := newRoom()
	r.changed = make(chan struct{})
	c := start(t, api(t, r), token)
	enough := errors.New("enough")
	var waiting []int64
	err := c.Follow(t.Context(), "termine", func(rooms []operator.RoomInfo) error {
		waiting = append(waiting, rooms[0].Waiting)
		if len(waiting) == 2 {
			return enough
		}
		r.mu.Lock()
		r.info.Waiting = 77
		r.mu.Unlock()
		close(r.changed)
		return nil
	})
	if !errors.Is(err, enough) || len(waiting) != 2 || waiting[1] != 77 {
		t.Errorf("%v, %v", waiting, err)
	}
	none := func([]operator.RoomInfo) error { return nil }
	if err := c.Follow(t.Context(), "nirgends", none); !errors.Is(err, ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := c.Follow(ctx, "", func([]operator.RoomInfo) error { cancel(); return nil }); !errors.Is(err, ErrUnreachable) {
		t.Errorf("when it is told to stop: %v", err)
	}
	if err := start(t, api(t, r), "wrong").Follow(t.Context(), "", none); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("with a wrong token: %v", err)
	}
}

func TestAStreamOfAnotherServerIsRefused(t *testing.T) {
	const good = `data: {"rooms":[]}` + "\n\n"
	for _, tt := range []struct {
		name, kind, mark, body string
		want                   error
	}{
		{"a stream that ends", eventsType, "1", good, ErrUnreachable},
		{"without the mark", eventsType, "", good, ErrNotAPI},
		{"of another API", eventsType, "2", good, ErrNotAPI},
		{"a page", "text/html", "1", good, ErrNotAPI},
		{"no event", "application/json", "1", `{"rooms":[]}`, ErrNotAPI},
		{"no rooms", eventsType, "1", "data: {}\n\n", ErrNotAPI},
		{"a line without end", eventsType, "1", "data: " + strings.Repeat("x", maxAnswer+1), ErrNotAPI},
	} {
		c := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", tt.kind)
			if tt.mark != "" {
				w.Header().Set("Einlass-Api", tt.mark)
			}
			_, _ = w.Write([]byte(tt.body))
		}), token)
		if err := c.Follow(t.Context(), "", func([]operator.RoomInfo) error { return nil }); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

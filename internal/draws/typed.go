package draws

import (
	"errors"
	"fmt"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

var (
	// ErrNoDraw: no draw of that name waits for a line.
	ErrNoDraw = errors.New("there is no such draw")
	// ErrNotNow: a line cannot be typed in for the draw now.
	ErrNotNow = errors.New("no line can be typed in for this draw")
)

// Type notes in a document the line that an official types in for the draw of an opening, at a snapshot, and answers what counts of it. It is
// put in force once all pages have asked that wait for it in their intervals: then they know when to ask again. Errors are ErrNoDraw and
// ErrNotNow.
func Type(d *queue.Document, f *queue.Snapshot, opening, line string) (counts string, err error) {
	notes := parseNotes(d.Draws())
	n := noteOf(notes, opening)
	frozen := drawOf(&f.Opening, opening)
	_, begun := f.Opening.Done[opening]
	switch {
	case (n == nil || n.Undrawn) && begun:
		return "", fmt.Errorf("%w: %q has begun without a draw that waits for a line; of one number or none in a lobby nothing is drawn", ErrNotNow, opening)
	case n == nil:
		return "", fmt.Errorf("%q: %w; openings that are committed to: %s", opening, ErrNoDraw, named(notes))
	case n.Beacon == draw.None:
		return "", fmt.Errorf("%w: its commitment says that the secret alone decides", ErrNotNow)
	case n.Beacon != draw.ByHand:
		return "", fmt.Errorf("%w: its commitment says that %s decides", ErrNotNow, n.Beacon)
	case frozen == nil:
		return "", fmt.Errorf("%w: its lobby is still open; a line counts from the start on, when the numbers are frozen", ErrNotNow)
	case n.Line != "":
		return "", fmt.Errorf("%w: a line was typed in already", ErrNotNow)
	case n.Fallback != "" || frozen.Known:
		return "", fmt.Errorf("%w: nothing was typed in ten minutes, and the secret alone has decided", ErrNotNow)
	}
	n.Line, n.After = strings.TrimSpace(line), min(max(0, f.Now-frozen.Frozen)+d.Timing.Hold.Milliseconds(), latest)
	d.SetDraws(encodeNotes(notes))
	return n.Line, nil
}

func named(notes []note) string {
	if len(notes) == 0 {
		return "none"
	}
	var names []string
	for i := range notes {
		names = append(names, fmt.Sprintf("%q", notes[i].Opening))
	}
	return strings.Join(names, ", ")
}

package journal

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/einlass/einlass/pkg/queue"
)

// maxTrace bounds the events of one place, which asks a few thousand times in a day.
const maxTrace = 100_000

// Trace reads from the files of one room what was answered about one place, in order of store time: what has its order and, of the visitors that
// had it, what tells no number. A place that counts in a lobby (lobby) has no order yet: it is known by its number. The files are read as
// they are, also those that are written now, twice, and nothing but the answers about the place is kept. Files that end within a line, and
// those without a header, are read as far as they go. Other errors name the file; that of ctx comes when it ends.
func Trace(ctx context.Context, paths []string, p queue.Place, lobby bool) ([]Event, error) {
	t := &tracer{place: p, lobby: lobby, tickets: map[ticketOf]bool{}, visitors: map[ID]bool{}}
	t.signs = [][]byte{[]byte(`"number":` + strconv.FormatUint(p.Number, 10)), []byte(`"order":` + strconv.FormatUint(uint64(p.Order), 10))}
	if err := eachLine(ctx, paths, t.find); err != nil {
		return nil, err
	}
	t.signs = nil
	for id := range t.visitors {
		t.signs = append(t.signs, []byte(queue.VisitorID(id).String()))
	}
	if len(t.signs) == 0 {
		return nil, nil
	}
	if err := eachLine(ctx, paths, t.collect); err != nil {
		return nil, err
	}
	return t.ofThePlace(), nil
}

// ticketOf is a place as the ticket of a visitor names it, which stays the same in a draw.
type ticketOf struct {
	visitor ID
	epoch   uint64
	number  uint64
}

// tracer follows one place.
type tracer struct {
	place queue.Place
	lobby bool
	// signs are texts of which a line that tells of the place has at least one: most lines need not be read.
	signs    [][]byte
	tickets  map[ticketOf]bool
	visitors map[ID]bool
	events   []Event
}

// find notes whose the place was.
func (t *tracer) find(text []byte, parse func() (line, error)) error {
	if !t.mayTell(text) {
		return nil
	}
	l, err := parse()
	if err != nil || l.Intent || l.Number == 0 || l.order() != t.place.Order || (queue.State(l.State) == queue.StateLobby) != t.lobby {
		return err
	}
	t.tickets[ticketOf{l.Visitor, l.Epoch, l.Number}] = true
	t.visitors[l.Visitor] = true
	return nil
}

// collect takes in what was answered about those whose the place was.
func (t *tracer) collect(text []byte, parse func() (line, error)) error {
	if !t.mayTell(text) {
		return nil
	}
	l, err := parse()
	if err != nil || l.Intent || !t.visitors[l.Visitor] {
		return err
	}
	if len(t.events) == maxTrace {
		return fmt.Errorf("more than %d answers about one place", maxTrace)
	}
	t.events = append(t.events, l.Event)
	return nil
}

func (t *tracer) mayTell(text []byte) bool {
	return slices.ContainsFunc(t.signs, func(sign []byte) bool { return bytes.Contains(text, sign) })
}

// ofThePlace leaves out what visitors did with other places, before and after.
func (t *tracer) ofThePlace() (all []Event) {
	slices.SortStableFunc(t.events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	has := map[ID]bool{}
	for i := range t.events {
		e := &t.events[i]
		if e.Number != 0 {
			has[e.Visitor] = t.tickets[ticketOf{e.Visitor, e.Epoch, e.Number}]
		}
		if has[e.Visitor] {
			all = append(all, *e)
		}
	}
	return all
}

// eachLine hands on the lines of files behind their headers, each with what parses it.
func eachLine(ctx context.Context, paths []string, take func(text []byte, parse func() (line, error)) error) error {
	for _, path := range paths {
		if err := linesOf(ctx, path, take); err != nil {
			return fmt.Errorf("journal: %s: %w", path, err)
		}
	}
	return nil
}

func linesOf(ctx context.Context, path string, take func(text []byte, parse func() (line, error)) error) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // deleted since it was found
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	r := reader{src: Source{Path: path}}
	in := bufio.NewReaderSize(file, maxLine)
	for n := 1; ; n++ {
		if n%1024 == 1 && ctx.Err() != nil {
			return ctx.Err()
		}
		text, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("line %d: %w", n, err)
		case n == 1:
			if r.header(text) != nil {
				return nil
			}
			continue
		}
		if err := take(text, func() (line, error) { return r.parse(text) }); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

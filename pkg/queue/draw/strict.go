package draw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLine bounds what is typed in for a draw, in bytes.
const MaxLine = 300

// most is the highest integer that every reader of JSON keeps.
const most = 1<<53 - 1

// maxSegments bounds how often a lobby can have been lost.
const maxSegments = 1024

// encode is the one text of a value.
func encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("draw: statement cannot be encoded: %v", err)) // plain data always can
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// decode reads the one text of a value, and no other that says the same.
func decode(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("it ends too early")
		}
		return err
	}
	if !bytes.Equal(encode(v), text) {
		return errors.New("it is not in its one form: JSON without spaces, with the members in their order")
	}
	return nil
}

// CheckLine says why a text cannot be typed in for a draw; nil: it can.
func CheckLine(line string) error {
	switch {
	case !strings.ContainsFunc(line, seen):
		return errors.New("it is empty")
	case len(line) > MaxLine:
		return fmt.Errorf("%d bytes are more than %d", len(line), MaxLine)
	case !plain(line):
		return errors.New("it must be one line of text in UTF-8")
	case strings.ContainsFunc(line, turns):
		return errors.New("it has an invisible character that turns the order in which the others are read; type it by hand")
	}
	return nil
}

// seen reports whether people see a character.
func seen(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// turns reports whether a character changes where others are shown: two who look at such a line may read different numbers.
func turns(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// plain reports whether a text has only characters that people see, and that every writer of JSON spells alike.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	})
}

// says checks what all statements begin with.
func says(name, want, room, opening string) error {
	switch {
	case name != want:
		return fmt.Errorf("statement %q: want %q", name, want)
	case room == "" || len(room) > 64 || !plain(room):
		return fmt.Errorf("room %q: want a name", room)
	case opening == "" || len(opening) > 40 || !plain(opening):
		return fmt.Errorf("opening %q: want a name", opening)
	}
	return nil
}

func (c *Commitment) check() error {
	if err := says(c.Name, commitmentName, c.Room, c.Opening); err != nil {
		return err
	}
	switch c.Beacon {
	case Drand:
		if c.Chain == nil {
			return errors.New("chain: is missing")
		}
		return c.Chain.check()
	case ByHand, None:
		if c.Chain != nil {
			return fmt.Errorf("chain: beacon %s has none", c.Beacon)
		}
		return nil
	}
	return fmt.Errorf("beacon %q: want drand, typed or none", c.Beacon)
}

func (c *Chain) check() error {
	switch {
	case len(c.Key) != 96:
		return fmt.Errorf("chain: key of %d bytes: want 96", len(c.Key))
	case c.Genesis < 0 || c.Genesis > most/1000:
		return fmt.Errorf("chain: genesis %d: want Unix seconds", c.Genesis)
	case c.Period < 1 || c.Period > 86_400:
		return fmt.Errorf("chain: period %d: want 1 to 86400 seconds", c.Period)
	}
	return nil
}

func (f *Freeze) check() error {
	if err := says(f.Name, freezeName, f.Room, f.Opening); err != nil {
		return err
	}
	if len(f.Segments) == 0 || len(f.Segments) > maxSegments {
		return fmt.Errorf("segments: %d: want 1 to %d", len(f.Segments), maxSegments)
	}
	n := uint64(0)
	for i, s := range f.Segments {
		if s.Epoch > most || s.First < 1 || s.First > most || s.Last > most || s.Last < s.First-1 {
			return fmt.Errorf("segments[%d]: it is no run of numbers", i)
		}
		n += s.Last - s.First + 1
	}
	switch {
	case n != f.N || n < 1 || n > MaxN:
		return fmt.Errorf("n %d: the segments have %d, of 1 to %d", f.N, n, uint64(MaxN))
	case f.Epoch != f.Segments[0].Epoch || f.First != f.Segments[0].First:
		return errors.New("epoch, n0: they are not those of the first segment")
	case f.Frozen < 0 || f.Frozen > most:
		return fmt.Errorf("frozen %d: want Unix milliseconds", f.Frozen)
	case f.Round > most:
		return fmt.Errorf("round %d: there is none", f.Round)
	}
	return nil
}

func (r *Result) check() error {
	if err := says(r.Name, resultName, r.Room, r.Opening); err != nil {
		return err
	}
	with := func(signature, line bool) error {
		switch {
		case signature != (len(r.Signature) > 0):
			return fmt.Errorf("signature: beacon %s has one: %t", r.Beacon, signature)
		case line != (r.Line != ""):
			return fmt.Errorf("line: beacon %s has one: %t", r.Beacon, line)
		case line && (CheckLine(r.Line) != nil || strings.TrimSpace(r.Line) != r.Line):
			return errors.New("line: it is none that can be typed in")
		}
		return nil
	}
	switch r.Beacon {
	case Drand:
		return with(true, false)
	case ByHand:
		return with(false, true)
	case None:
		return with(false, false)
	}
	return fmt.Errorf("beacon %q: want drand, typed or none", r.Beacon)
}

package setup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrEnded means that the input ended before all was answered.
var ErrEnded = errors.New("the input ended")

// Dialog asks somebody at a terminal. It is for one goroutine.
type Dialog struct {
	in  *bufio.Reader
	out io.Writer
}

// NewDialog makes one that reads lines from in and writes questions to out.
func NewDialog(in io.Reader, out io.Writer) *Dialog { return &Dialog{bufio.NewReader(in), out} }

// Line asks for a line. The error is ErrEnded, or that of the input.
func (d *Dialog) Line(prompt string) (string, error) {
	fmt.Fprint(d.out, prompt)
	text, err := d.in.ReadString('\n')
	if err != nil && text == "" {
		fmt.Fprintln(d.out)
		if errors.Is(err, io.EOF) {
			err = ErrEnded
		}
		return "", err
	}
	return strings.TrimSpace(text), nil
}

// Ask asks the questions that no flag has answered, each until its answer is good, and puts the answers to those given. A flag that is
// wrong is an error, before anything is asked.
func (d *Dialog) Ask(given map[string]string, now time.Time) (*Answers, error) {
	var a Answers
	for _, q := range questions() {
		if text, ok := given[q.flag]; ok {
			if err := q.read(&a, strings.TrimSpace(text), now); err != nil {
				return nil, fmt.Errorf("--%s: %w", q.flag, err)
			}
		}
	}
	all := questions()
	for i, q := range all {
		if _, ok := given[q.flag]; ok {
			continue
		}
		fmt.Fprintf(d.out, "\n%d of %d  %s\n%s", i+1, len(all), q.text, wrapped("        ", "        ", q.why))
		if err := d.until(&a, &q, given, now); err != nil {
			return nil, err
		}
	}
	return &a, nil
}

// until asks until the answer is good.
func (d *Dialog) until(a *Answers, q *question, given map[string]string, now time.Time) error {
	prompt := "  > "
	if q.fallback != "" {
		prompt = "  [" + q.fallback + "] > "
	}
	for {
		text, err := d.Line(prompt)
		if errors.Is(err, ErrEnded) {
			return d.unanswered(given)
		}
		if err != nil {
			return err
		}
		if text == "" {
			text = q.fallback
		}
		err = q.read(a, text, now)
		if err == nil {
			given[q.flag] = text
			return nil
		}
		fmt.Fprint(d.out, wrapped("  Not taken: ", "    ", err.Error()))
	}
}

// unanswered names the flags of what nobody has answered.
func (d *Dialog) unanswered(given map[string]string) error {
	var flags []string
	for _, q := range questions() {
		if _, ok := given[q.flag]; !ok {
			flags = append(flags, "--"+q.flag)
		}
	}
	return fmt.Errorf("%w before all questions were answered, and nothing was written; give %s", ErrEnded, strings.Join(flags, ", "))
}

// Another asks for another address of a site that could not be looked at, for the reason why. again is false if the look is to be left out.
func (d *Dialog) Another(now time.Time, a *Answers, why error) (again bool, err error) {
	fmt.Fprint(d.out, wrapped("  Not seen: ", "    ", why.Error()+"."))
	for {
		text, err := d.Line("  [look again], another address, or blind to go on without a look > ")
		switch {
		case errors.Is(err, ErrEnded):
			return false, fmt.Errorf("%w, and nothing was written; give --blind to go on without a look", err)
		case err != nil:
			return false, err
		case text == "":
			return true, nil
		case strings.EqualFold(text, "blind"):
			return false, nil
		}
		if err = a.readSite(text, now); err == nil {
			return true, nil
		}
		fmt.Fprint(d.out, wrapped("  Not taken: ", "    ", err.Error()))
	}
}

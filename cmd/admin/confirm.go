package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
)

var (
	errNotConfirmed = errors.New("nothing was changed; give --yes to confirm it")
	errDeclined     = errors.New("nothing was changed")
	errNotKnown     = errors.New("the gateway has not heard of its store yet, so the old value is not known: try again in a moment, or give --yes")
)

// confirm has a large change of a number confirmed: by --yes, or by the operator at the terminal.
func (a *app) confirm(ctx context.Context, s *setter, before *operator.RoomInfo, change *operator.Change, yes bool) error {
	switch {
	case s.size == nil || yes:
		return nil
	case before.Version == 0:
		return errNotKnown
	}
	was, to := s.size(before), s.to(change)
	far := factor(was, to)
	if far == "" {
		return nil
	}
	after := *before
	after.Rate, after.MaxInside, after.Burst = to, to, to
	large := fmt.Sprintf("%s of %s from %s to %s %s", s.what, clean(before.ID), s.is(before), s.is(&after), far)
	if a.asks {
		fmt.Fprintf(a.err, "%s.\n", large)
	}
	err := a.agree(ctx)
	if errors.Is(err, errNotConfirmed) {
		return fmt.Errorf("%s:\n%w", large, err)
	}
	return err
}

// insist does an act, and once more with the confirmation that the gateway asks for, which the operator gives at the terminal or by --yes.
// What the act does is said before: it is the gateway that knows.
func (a *app) insist(ctx context.Context, yes bool, do func(code string) error) error {
	err := do("")
	for range tries {
		var asks *adminclient.Error
		if !errors.Is(err, adminclient.ErrConfirm) || !errors.As(err, &asks) {
			return err
		}
		if !yes {
			if a.asks {
				fmt.Fprintf(a.err, "%s.\n", clean(asks.Effect))
			}
			switch no := a.agree(ctx); {
			case errors.Is(no, errNotConfirmed):
				return fmt.Errorf("%s:\n%w", clean(asks.Effect), no)
			case no != nil:
				return no
			}
		}
		err = do(asks.Confirm) // more people may be concerned by then, and it asks again
	}
	return err
}

// agree asks the operator at the terminal whether to change what was said. Elsewhere, and without an answer, it is errNotConfirmed.
func (a *app) agree(ctx context.Context) error {
	if !a.asks {
		return errNotConfirmed
	}
	fmt.Fprint(a.err, "Change it? [y/N] ")
	answer, err := a.answer(ctx)
	switch answer = strings.ToLower(strings.TrimSpace(answer)); {
	case answer == "y" || answer == "yes":
		return nil
	case err != nil:
		fmt.Fprintln(a.err)
		return errNotConfirmed
	}
	return errDeclined
}

// factor says how much more or less a value is, if that takes a confirmation: a factor of 10, or from or to 0, which has none.
func factor(was, to int64) string {
	switch {
	case was == to:
	case was == 0 || to == 0:
		return "(all or nothing)"
	case to/was >= 10:
		return fmt.Sprintf("(%d times as much)", to/was)
	case was/to >= 10:
		return fmt.Sprintf("(%d times less)", was/to)
	}
	return ""
}

// answer reads a line of the operator, or ends with ctx. A line that does not come is waited for until the process ends.
func (a *app) answer(ctx context.Context) (string, error) {
	type line struct {
		text string
		err  error
	}
	got := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(a.in).ReadString('\n')
		got <- line{text, err}
	}()
	select {
	case l := <-got:
		return l.text, l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

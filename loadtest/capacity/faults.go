package capacity

import (
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// ErrRule: the room did what it must not.
var ErrRule = errors.New("a rule was broken")

func broken(v journal.Violation) error { return fmt.Errorf("%v: %w", v, ErrRule) }

func tooMany(at int64) error {
	return fmt.Errorf("at %v more were let in than the pace allows: %w", time.Duration(at)*time.Millisecond, ErrRule)
}

// wrong is an answer that somebody must not get.
func wrong(what string, err error) error { return fmt.Errorf("%s got %w: %w", what, err, ErrRule) }

package admission

import (
	"fmt"
	"time"
)

// Words say why the pace is held back, for operators; empty: it is not. advised: it would be, if the judgement were acted on.
func (s *State) Words(advised bool) string {
	held := "held back to"
	if advised {
		held = "would be held back to"
	}
	percent := s.Pace / 10
	switch {
	case s.Down && advised:
		return "would be stopped: the site does not answer"
	case s.Down:
		return "stopped: the site does not answer"
	case s.Pace == 0 || s.Pace == fullPace:
		return ""
	case s.Reason == ReasonErrors && !s.Bad:
		return fmt.Sprintf("%s %d %%, rising: too many requests failed", held, percent)
	case s.Reason == ReasonErrors:
		return fmt.Sprintf("%s %d %%: %d %% of requests fail", held, percent, (s.Failed+5)/10)
	case s.Reason == ReasonDown:
		return fmt.Sprintf("%s %d %%, rising: the site did not answer", held, percent)
	case s.Reason == ReasonStart:
		return fmt.Sprintf("%s %d %%, rising: the opening has just begun", held, percent)
	}
	rising := ""
	if !s.Bad {
		rising = ", rising"
	}
	return fmt.Sprintf("%s %d %%%s: median %s, usual %s", held, percent, rising, said(s.Median), said(s.Usual))
}

// said is a time in the words of operators.
func said(ms int64) string {
	if ms >= 950 {
		return fmt.Sprintf("%.1f s", (time.Duration(ms) * time.Millisecond).Seconds())
	}
	return fmt.Sprintf("%d ms", ms)
}

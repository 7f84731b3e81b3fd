package web

import "time"

// stayWords say, before somebody goes in, how much time there is inside.
type stayWords struct{ both, steps phrase }

func (c *catalog) stayWords() stayWords {
	return stayWords{both: c.phrase(c.text("inside.both")), steps: c.phrase(c.text("inside.steps"))}
}

// longestStay is up to which bound of a whole stay the bound is said. A longer one is no news to anybody.
const longestStay = 24 * time.Hour

// saysStay reports whether the page says how much time there is. Less than a minute is not said in minutes.
func (s *Status) saysStay() bool {
	page := s.State.page()
	return s.Idle >= time.Minute && (page == Called || page == Full)
}

// appendStay appends how much time there is inside. Of parts of minutes nothing is promised.
func (l *locale) appendStay(dst []byte, f form, s *Status) []byte {
	if !s.saysStay() {
		return dst
	}
	idle, whole := int(s.Idle/time.Minute), int(s.Max/time.Minute)
	if s.Max <= s.Idle || s.Max > longestStay {
		return l.appendDurations(dst, f, l.stay.steps, idle, 0)
	}
	return l.appendDurations(dst, f, l.stay.both, idle, whole)
}

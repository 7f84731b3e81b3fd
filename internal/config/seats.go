package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// seats says whether max_inside is enough for the rate, as far as that is known: an operator has said how long visits last. Empty: it is, or
// nothing is known. A site may send Einlass-Finish without rules here; nobody can tell by the configuration.
func (r *Room) seats() string {
	p, visit := &r.Pace, r.Session.Visit
	if visit == 0 || p.Rate == 0 || p.MaxInside == 0 {
		return ""
	}
	strict, finished := p.Inside != InsideExpected, len(r.Finish) > 0
	stay, silence := visit, time.Duration(0)
	if !finished {
		timing := r.Timing()
		silence = timing.Silence(strict)
		stay += silence
	}
	need := queue.Seats(p.Rate, stay)
	if p.MaxInside >= need {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d lets in %d a minute only if a stay counts for %v or less, and visits last %v (session.visit)",
		p.MaxInside, p.Rate, wholeSeconds(time.Duration(float64(p.MaxInside)/float64(p.Rate)*float64(time.Minute))), visit)
	if !finished {
		fmt.Fprintf(&b, "; without rules in finish each counts for %v more, by session.idle %v", wholeSeconds(silence), r.Session.Idle)
		switch {
		case strict:
			b.WriteString(" and pace.inside strict")
		case r.Session.Page > 0:
			fmt.Fprintf(&b, " and session.page %v, until the room has learned its visitors' habits", r.Session.Page)
		default:
			b.WriteString(", until the room has learned its visitors' habits")
		}
	}
	fmt.Fprintf(&b, ": that is %.3g a minute; want %d or more", float64(p.MaxInside)/stay.Minutes(), need)
	if !finished {
		fmt.Fprintf(&b, ", or rules in finish, or a site that sends Einlass-Finish (%d or more)", queue.Seats(p.Rate, visit))
		if !strict && r.Session.Page == 0 {
			b.WriteString(", or the longest time that people sit on one page in session.page")
		}
	}
	return b.String()
}

// wholeSeconds cuts a duration to what people read.
func wholeSeconds(d time.Duration) time.Duration { return d.Round(time.Second) }

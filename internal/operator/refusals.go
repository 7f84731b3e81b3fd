package operator

import (
	"maps"
	"sync"
	"time"
)

// Bounds of what record and log say of acts that were refused. Who may act may be wrong as often as a person can be; a program
// that is wrong, or somebody who wants the disk full, is counted.
const (
	refusalsAtOnce = 60
	refusalsEvery  = time.Minute
	// mostRefused is how many principals are told apart; those beyond share one bound.
	mostRefused = 1024
)

// ActUntold is the act of the record that says that refusals of a principal are counted, and not told, or how many were.
const ActUntold = "refusals not told"

// refused counts the refusals of one principal.
type refused struct {
	told  int
	left  int64 // out of record and log
	since time.Time
}

// teller is whose refusals are counted together: who guesses at a name from elsewhere uses up no bound of its owner's.
type teller struct{ name, method, from string }

// refusals bounds them by principal. The zero value is ready. Safe for concurrent use.
type refusals struct {
	mu sync.Mutex
	of map[teller]*refused
}

// verdict is what record and log say of a refusal.
type verdict struct {
	told bool
	// first means that it is the first that is counted only; left is how many were, before this one.
	first bool
	left  int64
}

// next decides on another refusal of a principal.
func (r *refusals) next(p *Principal, now time.Time) (v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.find(teller{p.Name, p.Method, p.From}, now)
	if one.over(now) {
		v.left = one.left
		*one = refused{since: now}
	}
	if one.told >= refusalsAtOnce {
		one.left++
		return verdict{first: one.left == 1}
	}
	one.told++
	v.told = true
	return v
}

// over reports whether its minute is over. A clock that was set back ends it too.
func (one *refused) over(now time.Time) bool {
	passed := now.Sub(one.since)
	return passed < 0 || passed >= refusalsEvery
}

func (r *refusals) find(who teller, now time.Time) *refused {
	if r.of == nil {
		r.of = map[teller]*refused{}
	}
	if one := r.of[who]; one != nil {
		return one
	}
	if len(r.of) >= mostRefused {
		maps.DeleteFunc(r.of, func(_ teller, one *refused) bool { return one.left == 0 && one.over(now) })
	}
	if len(r.of) >= mostRefused {
		who = teller{}
	}
	one := r.of[who]
	if one == nil {
		one = &refused{since: now}
		r.of[who] = one
	}
	return one
}

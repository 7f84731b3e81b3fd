package history

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Bounds of a question.
const (
	MinSpan       = time.Minute
	MaxPoints     = 1000
	DefaultSpan   = 2 * time.Hour
	DefaultPoints = 240
)

// Answer is a span of a room's history. Each point is about Step seconds from its time on.
type Answer struct {
	From time.Time `json:"from"`
	Step int64     `json:"step"`
	// Columns has "t", the Unix times of the points, and a value a point for each figure; null: nothing is known.
	Columns map[string][]Value `json:"columns"`
}

// Value is a figure; NaN, null in JSON, is one that is not known.
type Value float64

// MarshalJSON writes at most three decimals.
func (v Value) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(v)) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, math.Round(1000*float64(v))/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads null as NaN.
func (v *Value) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*v = Value(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(v))
}

// Ask is the history of the span before a time, in at most so many points, or in as many as there are steps. Of the steps of a point the
// worst counts, and totals are how many a minute, over those steps of it that are known.
func (r *Ring) Ask(now time.Time, span time.Duration, points int) Answer {
	span, points = min(max(span, MinSpan), Kept-Step), min(max(points, 1), MaxPoints)
	steps := (int64(span/Step) + int64(points) - 1) / int64(points) // of one point
	last := now.UnixMilli() / stepMS / steps
	first := last - int64(span/Step)/steps + 1
	a := Answer{From: time.UnixMilli(first * steps * stepMS).UTC(), Step: steps * int64(Step/time.Second), Columns: map[string][]Value{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	for point := first; point <= last; point++ {
		a.Columns["t"] = append(a.Columns["t"], Value(point*a.Step))
		values := r.point(point*steps, steps)
		for c, value := range values {
			if name := columns[c].name; columns[c].fold != same {
				a.Columns[name] = append(a.Columns[name], Value(value))
			}
		}
	}
	return a
}

// point is what so many steps from one on come to.
func (r *Ring) point(from, steps int64) Figures {
	out := unknown()
	var grew, over Figures // of each total, and in how many steps
	before, known := r.at(from - 1)
	for step := from; step < from+steps; step++ {
		f, ok := r.at(step)
		if ok {
			out.add(&f)
		}
		for c := range f {
			if columns[c].fold != total || !ok || !known {
				continue
			}
			if d, sure := grown(c, &before, &f); sure {
				grew[c] += d
				over[c]++
			}
		}
		before, known = f, ok
	}
	for c := range out {
		if columns[c].fold == total {
			out[c] = grew[c] / over[c] * float64(time.Minute/Step) // NaN where none is known
		}
	}
	return out
}

package demo

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Kind is what a request asks of the server, as far as its cost goes.
type Kind int

// The kinds of requests, in the order of a booking.
const (
	KindAsset    Kind = iota // style sheet, script
	KindStart                // start page, error pages
	KindCalendar             // counts what is left of every appointment
	KindChoose               // takes the hold: a write under a lock
	KindForm                 // a page about one hold or one booking
	KindSubmit               // writes a booking, its files and its mail
	KindAPI                  // slots as JSON
	KindHealth               // the health check
	kinds
)

// BookingPath is the way of one person through the site, request by request, the
// last one being the confirmation. Everybody who books makes these requests.
func BookingPath() []Kind {
	return []Kind{KindStart, KindCalendar, KindChoose, KindForm, KindSubmit, KindForm}
}

// Work is the mean cost of each kind of request, in units. One unit is one
// ordinary page with its few database queries.
type Work struct {
	Asset, Start, Calendar, Choose, Form, Submit, API, Health float64
}

// OrdinaryWork is the cost of a site that makes every page anew for every
// visitor: counting the calendar costs two pages, taking a booking four.
func OrdinaryWork() Work {
	return Work{Asset: 0.05, Start: 0.5, Calendar: 2, Choose: 1.5, Form: 1, Submit: 4, API: 1, Health: 0.05}
}

// Mean returns the mean cost of a kind; an unknown kind costs a form page.
func (w Work) Mean(k Kind) float64 {
	if k < 0 || k >= kinds {
		k = KindForm
	}
	return w.byKind()[k]
}

// Draw returns the cost of one request: exponentially distributed around the
// mean, because some rows are locked, some caches cold and some mail slow. With
// equal costs every request of an overloaded server would time out at the same
// load, and collapse would have a sharper edge than it has.
func (w Work) Draw(k Kind, r *rand.Rand) float64 { return w.Mean(k) * r.ExpFloat64() }

// Path returns the mean cost of a whole booking, in units.
func (w Work) Path() float64 {
	sum := 0.0
	for _, k := range BookingPath() {
		sum += w.Mean(k)
	}
	return sum
}

func (w Work) byKind() [kinds]float64 {
	return [kinds]float64{w.Asset, w.Start, w.Calendar, w.Choose, w.Form, w.Submit, w.API, w.Health}
}

// Validate joins everything that is wrong with the costs.
func (w Work) Validate() error {
	names := [kinds]string{"asset", "start", "calendar", "choose", "form", "submit", "api", "health"}
	var errs []error
	for k, v := range w.byKind() {
		if !(v > 0) || math.IsInf(v, 0) {
			errs = append(errs, fmt.Errorf("work.%s: must be a finite number above 0, is %v", names[k], v))
		}
	}
	return errors.Join(errs...)
}

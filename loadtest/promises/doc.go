// Package promises plays mornings on the real engine of the line (pkg/queue over memstore, in virtual time) and looks at one thing:
// the ranges that pages are told. A range is a promise; it is kept if the place is called inside it.
//
// The mornings are those of the method's own check: lines of 500 to 20,000 people and waits of 20 minutes to 3 hours, with people who
// are absent when they are called, who come back, and who give up; with operators who change the rate and pause; with a site that
// holds the pace back. They know nothing of the law that estimates the wait. Beside them stand cases with one disturbance each.
package promises

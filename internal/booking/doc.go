// Package booking recognises by the head of a site's answer what a visitor has just done there: that something was booked or given back,
// or that a stay is done, because a booking was confirmed or somebody has logged out. A site needs no change for it; one that can be
// changed may say it by commands.
//
// The package is pure: it has no clock and keeps nothing of a request. A rule to finish by that is met wrongly costs the visitor whose own
// request it was, and nobody else, so a path is read as loosely as the rules of rooms read one.
package booking

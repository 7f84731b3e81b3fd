package demo

import (
	"bytes"
	"net/http"
)

// Booked reports whether an answer of the site, with this status, is the page of the booking that a form has made, or says that
// a form sent before has made it. The menu of every page leads to the bookings, so a page that refuses leads there too: only the
// button of the refusal tells why it refuses.
func Booked(status int, page []byte) bool {
	switch status {
	case http.StatusOK:
		return bytes.Contains(page, []byte(`class="bookingno"`))
	case http.StatusConflict:
		return bytes.Contains(page, []byte(`class="button" href="/buchung"`))
	}
	return false
}

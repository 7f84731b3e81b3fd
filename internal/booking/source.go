package booking

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// From is a part of a request or of its answer.
type From uint8

// Where the site's name of a booking can stand.
const (
	// FromNothing: the site does not say.
	FromNothing From = iota
	// FromField: in a field of the answer.
	FromField
	// FromQuery: in a parameter of the address that a redirect leads to; of the address that was asked for, if the answer is none.
	FromQuery
	// FromRedirect: it is the address that a redirect leads to, path and query.
	FromRedirect
	// FromPath: it is the path that was asked for.
	FromPath
)

// Source is where something stands. The zero value is nowhere.
type Source struct {
	From From
	// Name is that of the field, in lower case, or of the parameter.
	Name string
}

const sources = `"header NAME" of the answer, "query NAME" of the redirect or else of the request, redirect or path`

// ParseSource reads "header X-Booking-Id", "query nr", "redirect" or "path"; "" is nowhere.
func ParseSource(text string) (Source, error) {
	kind, name, named := strings.Cut(text, " ")
	switch {
	case text == "":
		return Source{}, nil
	case text == "redirect":
		return Source{From: FromRedirect}, nil
	case text == "path":
		return Source{From: FromPath}, nil
	case kind == "header" && named && isToken(name):
		return Source{FromField, strings.ToLower(name)}, nil
	case kind == "query" && named && name != "" && !strings.ContainsAny(name, " &="):
		return Source{FromQuery, name}, nil
	}
	return Source{}, fmt.Errorf("%q is not accepted; want %s", text, sources)
}

// MaxRef bounds what a site calls a booking, in bytes. Longer names in its answers are cut.
const MaxRef = 256

// of is what stands there; empty: nothing does.
func (s Source) of(req Request, a Answer) string {
	var text string
	switch s.From {
	case FromField:
		text = string(a.Field(s.Name))
	case FromQuery:
		query := string(req.Query)
		if location := a.Field("location"); a.Status()/100 == 3 && len(location) > 0 {
			to, err := url.Parse(string(location))
			if err != nil {
				return ""
			}
			query = to.RawQuery
		}
		values, _ := url.ParseQuery(query) // what can be read of it
		text = values.Get(s.Name)
	case FromRedirect:
		if to, err := url.Parse(string(a.Field("location"))); err == nil {
			text = to.EscapedPath() + "?" + to.RawQuery
		}
	case FromPath:
		text = string(req.Path)
	case FromNothing:
	}
	return text[:min(len(text), MaxRef)]
}

// MaxCount bounds how many one booking is of.
const MaxCount = 1000

// Count is how many a booking is of. The zero value: one.
type Count struct {
	// N is the number, 0: one.
	N int64
	// Field is the name of a field of the answer, in lower case, that has the number; empty: N.
	Field string
}

// ParseCount reads "", a number of 1 to MaxCount, or "header NAME".
func ParseCount(text string) (Count, error) {
	if text == "" {
		return Count{}, nil
	}
	if name, ok := strings.CutPrefix(text, "header "); ok && isToken(name) {
		return Count{Field: strings.ToLower(name)}, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 1 && n <= MaxCount {
		return Count{N: n}, nil
	}
	return Count{}, fmt.Errorf(`%q is not accepted; want a number, 1 to %d, or "header NAME" of the answer`, text, MaxCount)
}

// of is the number. A field without one counts one: something was booked. 0 is a number, and more than MaxCount counts MaxCount.
func (c Count) of(a Answer) int64 {
	if c.Field == "" {
		return max(1, c.N)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(a.Field(c.Field))), 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		n = 1
	}
	return counted(n)
}

// counted is how many a number says that a site has given: below 0 it says nothing, and something was booked.
func counted(n int64) int64 {
	if n < 0 {
		return 1
	}
	return min(n, MaxCount)
}

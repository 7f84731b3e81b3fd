package httpx

import "strconv"

// Fault is why a request was refused at the boundary.
type Fault uint8

// The faults, a closed set.
const (
	NoFault Fault = iota
	FaultRequestLine
	FaultVersion
	FaultTarget
	FaultURILength
	FaultHost
	FaultOtherHost
	FaultHeaderField
	FaultHeaderSize
	FaultLineEnd
	FaultFraming
	FaultBodySize
	FaultExpect
	FaultMethod
	FaultTimeout
	FaultInternal
)

// faults is the one table from fault to status and name.
var faults = [...]struct {
	status int
	kind   string
}{
	NoFault:          {200, "none"},
	FaultRequestLine: {400, "request-line"},
	FaultVersion:     {505, "version"},
	FaultTarget:      {400, "target"},
	FaultURILength:   {414, "url-too-long"},
	FaultHost:        {400, "host"},
	FaultOtherHost:   {400, "other-host"},
	FaultHeaderField: {400, "header-field"},
	FaultHeaderSize:  {431, "header-too-large"},
	FaultLineEnd:     {400, "line-end"},
	FaultFraming:     {400, "framing"},
	FaultBodySize:    {413, "body-too-large"},
	FaultExpect:      {417, "expectation"},
	FaultMethod:      {501, "method"},
	FaultTimeout:     {408, "request-timeout"},
	FaultInternal:    {500, "internal"},
}

// Status is the HTTP status that answers the fault.
func (f Fault) Status() int { return faults[f].status }

// Kind is the fault's name, for pages and metrics.
func (f Fault) Kind() string { return faults[f].kind }

// Faults lists all faults.
func Faults() []Fault {
	all := make([]Fault, 0, len(faults)-1)
	for f := FaultRequestLine; int(f) < len(faults); f++ {
		all = append(all, f)
	}
	return all
}

// Page renders the answer to a fault: for a person when the request was a navigation, else for a program.
type Page func(status int, kind string, navigation bool, acceptLanguage []byte) (contentType string, body []byte, headers []string)

func plainPage(status int, kind string, _ bool, _ []byte) (string, []byte, []string) {
	return "text/plain; charset=utf-8", []byte(strconv.Itoa(status) + " " + kind + "\n"), nil
}

package httpx

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
	FaultConnections
	FaultFull
	FaultInternal
)

// faults is the one table from fault to status and name.
var faults = [...]struct {
	status int
	kind   string
	title  string
}{
	NoFault:          {200, "none", ""},
	FaultRequestLine: {400, "request-line", "The request line is malformed"},
	FaultVersion:     {505, "version", "This version of HTTP is not spoken here"},
	FaultTarget:      {400, "target", "The address in the request is malformed"},
	FaultURILength:   {414, "url-too-long", "The address in the request is too long"},
	FaultHost:        {400, "host", "The request does not name one valid host"},
	FaultOtherHost:   {400, "other-host", "The request names two different hosts"},
	FaultHeaderField: {400, "header-field", "A header field is malformed"},
	FaultHeaderSize:  {431, "header-too-large", "The request has too many or too long header fields"},
	FaultLineEnd:     {400, "line-end", "A line of the request does not end as it must"},
	FaultFraming:     {400, "framing", "The length of the request body is not clear"},
	FaultBodySize:    {413, "body-too-large", "The request body is too large"},
	FaultExpect:      {417, "expectation", "The request expects what cannot be met"},
	FaultMethod:      {501, "method", "This request method is not served here"},
	FaultTimeout:     {408, "request-timeout", "The request took too long to arrive"},
	FaultConnections: {429, "too-many-connections", "Too many connections from this network"},
	FaultFull:        {503, "connections-full", "Too many connections are open here"},
	FaultInternal:    {500, "internal", "Something went wrong here"},
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

package survey

import "time"

// What one look may take of a site.
const (
	MaxRequests = 40
	MaxTime     = time.Minute
	// requestTime bounds one request, and maxHops the redirects of the first page.
	requestTime = 10 * time.Second
	maxHops     = 10
	// maxBody is how much is read of a page, style or script, maxHead of other files, and maxBytes of everything, in bytes.
	maxBody  = 2 << 20
	maxHead  = 4 << 10
	maxBytes = 16 << 20
	// maxRefs is how many files, links or texts are taken from a page or style.
	maxRefs = 500
)

// Report is what was seen. Its texts are for people (Shown), except for values that a configuration takes, which say so.
type Report struct {
	// Path is that of the page that was looked at, behind all redirects.
	Path string
	// HostHeader is the Host that the site wants, a value for backend.host_header; empty: that of the visitor.
	HostHeader string
	// Title is the page's, at most 120 bytes, and Language the first part of its lang, as in de; empty: none.
	Title, Language string
	Links           Links
	// Open are the rules for exclude.
	Open []Open
	// Parts is how many files of the site the page is made of, Tried how many of them were asked for, and Passed how many of those the rules of
	// Open let through.
	Parts, Tried, Passed int
	// Ancestors are the origins that the site lets show it in a frame, values for frame_ancestors.
	Ancestors []string
	// Worker, Sockets and Streams: the page registers a service worker, opens WebSockets, asks for streams of events.
	Worker, Sockets, Streams bool
	Findings                 []Finding
	Requests                 int
	Bytes                    int64
}

// Finding is something that the operator should know.
type Finding struct {
	// Key is the key of a room that it is about, as in exclude.
	Key string
	// Text says what was seen, Do what to do about it; empty: nothing. Both are whole sentences of one line.
	Text, Do string
}

// Links are the pages that every public site leads to, values for links: a path of the site or https://…; empty: none was seen.
type Links struct{ Imprint, Privacy, Accessibility string }

// Unseen means that there was nothing to look at. Text is one sentence without its end, for people.
type Unseen struct {
	Text string
	// answered: something answered, so that asking in another way may help.
	answered bool
}

func (u *Unseen) Error() string { return u.Text }

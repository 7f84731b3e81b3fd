package proxy

import "time"

// Result is what became of a request that was forwarded.
type Result struct {
	// Status of the answer that is sent on, 100 to 999; 101 for a WebSocket that was opened.
	Status int
	// Took is the time until the head of the answer was there. It begins when the request gets its place at the origin,
	// so the wait in the queue is not part of it, nor is the time that a visitor takes to send a body: of a streamed body
	// it begins with the last byte, and is next to nothing if the answer came before that.
	Took time.Duration
	// Address is the one of the origin's addresses that answered, or was asked last; empty if none was asked.
	Address string
}

// took is Result.Took, now that the head is there.
func (x *exchange) took() time.Duration {
	return max(0, x.now.Sub(x.hadAll()))
}

// Head is the head of an answer as the origin sent it. It is valid during the call of OnHead.
type Head interface {
	// Status is the answer's status, 100 to 999.
	Status() int
	// Field is the value of the first field of that name, given in lower case; nil if there is none. Fields of the hop that
	// a Connection field names are not seen. The slice is valid during the call of OnHead.
	Field(lower string) []byte
	// Has reports whether one of the fields of that name, given in lower case, has exactly this value. An application and
	// the servers before it may each add a field of one name, so a command to the gateway can stand in any of them.
	Has(lower, value string) bool
	// Values are the values of all fields of that name, given in lower case, in order; nil if there is none.
	Values(lower string) []string
	// SetLocation lets a redirect lead elsewhere, and forbids to store the answer, which is then for this request alone.
	// It does nothing if the answer is no redirect or if to is not a URI reference in visible ASCII or UTF-8.
	SetLocation(to string)
}

// showHead lets the gateway look at the head.
func (x *exchange) showHead() {
	if x.opt.OnHead != nil {
		x.opt.OnHead((*shownHead)(x))
	}
}

// shownHead is an exchange as OnHead sees it.
type shownHead exchange

func (h *shownHead) Status() int { return h.ans.status }

func (h *shownHead) Field(lower string) []byte {
	for i := range h.ans.fields {
		if f := &h.ans.fields[i]; !f.drop && equalFold(f.name, lower) {
			return f.value
		}
	}
	return nil
}

func (h *shownHead) Has(lower, value string) bool {
	for i := range h.ans.fields {
		if f := &h.ans.fields[i]; !f.drop && string(f.value) == value && equalFold(f.name, lower) {
			return true
		}
	}
	return false
}

func (h *shownHead) Values(lower string) (all []string) {
	for i := range h.ans.fields {
		if f := &h.ans.fields[i]; !f.drop && equalFold(f.name, lower) {
			all = append(all, string(f.value))
		}
	}
	return all
}

func (h *shownHead) SetLocation(to string) {
	if isReference(to) && isRedirect(h.ans.status) && h.ans.has("location") {
		h.location = to
	}
}

// isRedirect tells which answers send the visitor to their Location (RFC 9110 section 15.4).
func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// isReference tells what can stand in a Location field.
func isReference(to string) bool {
	for i := range len(to) {
		if to[i] <= ' ' || to[i] == 0x7f {
			return false
		}
	}
	return to != ""
}

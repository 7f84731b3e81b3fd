package sim

// event is something that will happen to one citizen at the site.
type event struct {
	at   int64 // nanoseconds since the start
	who  uint32
	try  uint32
	kind eventKind
}

type eventKind uint8

const (
	evAsk     eventKind = iota // ask for a page
	evTimeout                  // the browser gives up waiting for one
	evCancel                   // the booking is given back
)

// events is a binary heap by time. Not container/heap: each of millions of events would be boxed.
type events []event

func (h *events) push(e event) {
	*h = append(*h, e)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(&s[up]) {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *events) pop() event {
	s := *h
	top, n := s[0], len(s)-1
	s[0] = s[n]
	s = s[:n]
	*h = s
	for i := 0; ; {
		child := 2*i + 1
		if child >= n {
			return top
		}
		if right := child + 1; right < n && s[right].before(&s[child]) {
			child = right
		}
		if !s[child].before(&s[i]) {
			return top
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && (e.who < o.who || e.who == o.who && e.kind < o.kind)
}

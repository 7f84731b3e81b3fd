package httpx

import "sync"

// Sheet is a buffer for the body of an answer, with room before it for the head: both leave in one write, and neither is copied twice.
type Sheet struct {
	bytes []byte // the room, then the body
}

// headRoom is how long a head may be that leaves with its body. A longer one leaves before it.
const headRoom = 4 << 10

var sheets = sync.Pool{New: func() any { return &Sheet{make([]byte, headRoom, headRoom+48<<10)} }}

// NewSheet gives one that is empty. AnswerSheet takes it back.
func NewSheet() *Sheet { return sheets.Get().(*Sheet) }

// Body is where the body begins: append to it.
func (s *Sheet) Body() []byte { return s.bytes[headRoom:headRoom] }

// take makes the sheet hold what was appended to its Body.
func (s *Sheet) take(body []byte) {
	if whole := s.bytes[:cap(s.bytes)]; len(body) > 0 && &body[0] == &whole[headRoom] {
		s.bytes = whole[:headRoom+len(body)]
		return
	}
	s.bytes = append(s.bytes[:headRoom], body...) // there was no room, so it lies elsewhere
}

// behind is the body with a head before it, or nil if there is no room.
func (s *Sheet) behind(head []byte) []byte {
	if len(head) > headRoom {
		return nil
	}
	from := headRoom - len(head)
	copy(s.bytes[from:], head)
	return s.bytes[from:]
}

func (s *Sheet) release() {
	s.bytes = s.bytes[:headRoom]
	sheets.Put(s)
}

// AnswerSheet is Answer for a body that was appended to the sheet's, which is the caller's no more.
func (v *Visit) AnswerSheet(status int, contentType string, sheet *Sheet, body []byte, extra ...string) {
	v.answerHead(status, contentType, extra)
	resp := &v.ctx.Response
	resp.SkipBody = true // fasthttp's part is the head
	resp.Header.SetContentLength(len(body))
	if v.method == "HEAD" {
		sheet.release()
		return
	}
	sheet.take(body)
	v.c.sheet = sheet
}

// writeSheet writes a head and the sheet that belongs to it.
func (c *conn) writeSheet(head []byte) (int, error) {
	sheet := c.sheet
	c.sheet = nil
	defer sheet.release()
	if all := sheet.behind(head); all != nil {
		n, err := c.writeAll(all)
		return min(n, len(head)), err
	}
	if n, err := c.writeAll(head); err != nil {
		return n, err
	}
	_, err := c.writeAll(sheet.bytes[headRoom:])
	return len(head), err
}

// dropSheet forgets a body whose answer is not sent.
func (c *conn) dropSheet() {
	if c.sheet != nil {
		c.sheet.release()
		c.sheet = nil
	}
}

package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// errMalformed is the cause under every refusal of the parsers in this package.
var errMalformed = errors.New("malformed")

func malformed(what string) error { return fmt.Errorf("%w: %s", errMalformed, what) }

// field is one field line of an answer head. Its slices point into the parsed buffer.
type field struct {
	line  []byte // as received, without the line end
	name  []byte
	value []byte // trimmed
	kind  nameKind
	drop  bool // named by a Connection field, or a repetition
}

// head is a parsed answer head. It is reused; its slices live as long as the buffer.
type head struct {
	status int
	minor  int    // HTTP/1.minor
	reason []byte // as received, may be empty
	fields []field

	length  int64 // Content-Length, -1 if there is none
	chunked bool
	close   bool // Connection names close
	persist bool // Connection names keep-alive
	upgrade bool // Connection names upgrade
}

// keepAlive tells whether the origin keeps the connection (RFC 9112 section 9.3).
func (h *head) keepAlive() bool { return !h.close && (h.minor == 1 || h.persist) }

// has tells whether a field of this name, in lower case, is there and passes.
func (h *head) has(name string) bool {
	for i := range h.fields {
		if f := &h.fields[i]; !f.drop && equalFold(f.name, name) {
			return true
		}
	}
	return false
}

// bodyKind is how the end of an answer's body is found (RFC 9112 section 6.3).
type bodyKind uint8

const (
	bodyNone bodyKind = iota
	bodyLength
	bodyChunked
	bodyUntilClose
)

// body decides how the body of an answer to method is framed.
func (h *head) body(method string) bodyKind {
	switch {
	case method == "HEAD", h.status < 200, h.status == 204, h.status == 304:
		return bodyNone
	case h.chunked:
		return bodyChunked
	case h.length >= 0:
		return bodyLength
	}
	return bodyUntilClose
}

// headEnd finds the end of a head in buf: the length up to and including the empty
// line, 0 if it is not there yet. from is how much of buf was searched before.
func headEnd(buf []byte, from int) int {
	from = max(from-3, 0)
	if i := bytes.Index(buf[from:], crlfcrlf); i >= 0 {
		return from + i + 4
	}
	return 0
}

var (
	crlf     = []byte("\r\n")
	crlfcrlf = []byte("\r\n\r\n")
)

// parse reads one complete answer head: status line, field lines, empty line. It is
// strict where two readers could disagree about the message's end: line ends are
// CRLF and nothing else, names are tokens, lines are not folded, Content-Length is one
// number, Transfer-Encoding is "chunked" alone, and never both (RFC 9112 sections 2.2,
// 5, 6.1 and 6.3). Everything else is the origin's business.
func (h *head) parse(buf []byte) error {
	h.fields = h.fields[:0]
	h.length, h.chunked = -1, false
	h.close, h.persist, h.upgrade = false, false, false
	line, rest, err := cutLine(buf)
	if err != nil {
		return err
	}
	if err := h.parseStatusLine(line); err != nil {
		return err
	}
	var named bool // a Connection field names others
	for {
		if line, rest, err = cutLine(rest); err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		if err := h.parseField(line, &named); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		return malformed("bytes after the head")
	}
	if named {
		h.dropNamed()
	}
	return h.checkFraming()
}

// cutLine splits at CRLF and refuses a lone CR or LF and every other control character
// but the tab (RFC 9110 section 5.5).
func cutLine(buf []byte) (line, rest []byte, err error) {
	i := bytes.IndexByte(buf, '\n')
	if i < 1 || buf[i-1] != '\r' {
		return nil, nil, malformed("a line that does not end in CRLF")
	}
	line, rest = buf[:i-1], buf[i+1:]
	if hasControl(line) {
		return nil, nil, malformed("a control character within a line")
	}
	return line, rest, nil
}

// hasControl looks for a control character other than the tab, eight bytes at a time:
// a subtraction borrows into the high bit of each byte that is below the blank.
func hasControl(line []byte) bool {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
		del  = 0x7f * ones
	)
	for ; len(line) >= 8; line = line[8:] {
		x := binary.LittleEndian.Uint64(line)
		low := (x - ' '*ones) &^ x
		isDel := ((x ^ del) - ones) &^ (x ^ del)
		if (low|isDel)&high != 0 && hasControlByte(line[:8]) {
			return true
		}
	}
	return hasControlByte(line)
}

func hasControlByte(line []byte) bool {
	for _, c := range line {
		if (c < ' ' && c != '\t') || c == 0x7f {
			return true
		}
	}
	return false
}

// parseStatusLine reads "HTTP/1.x NNN reason"; the blank before an empty reason may be missing.
func (h *head) parseStatusLine(line []byte) error {
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || (line[7] != '0' && line[7] != '1') || line[8] != ' ' {
		return malformed("a status line that is not HTTP/1.0 or HTTP/1.1")
	}
	h.minor = int(line[7] - '0')
	h.status = 0
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return malformed("a status that is not three digits")
		}
		h.status = h.status*10 + int(c-'0')
	}
	if h.status < 100 {
		return malformed("a status below 100")
	}
	h.reason = nil
	if len(line) > 12 {
		if line[12] != ' ' {
			return malformed("a status that is not three digits")
		}
		h.reason = line[13:]
	}
	return nil
}

func (h *head) parseField(line []byte, named *bool) error {
	if line[0] == ' ' || line[0] == '\t' {
		return malformed("a folded line")
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || !isToken(line[:colon]) {
		return malformed("a field line without a proper name")
	}
	f := field{line: line, name: line[:colon], value: trimOWS(line[colon+1:])}
	f.kind = classify(f.name)
	switch f.kind {
	case kindContentLength:
		f.drop = h.length >= 0 // an equal one more says nothing
		if err := h.contentLength(f.value); err != nil {
			return err
		}
	case kindTransferEncoding:
		if h.chunked || !equalFold(f.value, "chunked") {
			return malformed("a Transfer-Encoding other than chunked")
		}
		h.chunked = true
	case kindConnection:
		for option := range listMembers(f.value) {
			switch {
			case equalFold(option, "close"):
				h.close = true
			case equalFold(option, "keep-alive"):
				h.persist = true
			case equalFold(option, "upgrade"):
				h.upgrade = true
			default:
				*named = true
			}
		}
	}
	h.fields = append(h.fields, f)
	return nil
}

func (h *head) contentLength(value []byte) error {
	n, err := parseLength(value)
	if err != nil {
		return err
	}
	if h.length >= 0 && h.length != n {
		return malformed("two different Content-Lengths")
	}
	h.length = n
	return nil
}

// parseLength reads 1 to 18 decimal digits.
func parseLength(value []byte) (int64, error) {
	if len(value) == 0 || len(value) > 18 {
		return 0, malformed("a Content-Length that is not a number")
	}
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, malformed("a Content-Length that is not a number")
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

// dropNamed marks the fields that Connection fields name as belonging to this hop.
// What the origin cannot make hop-by-hop by naming it: the fields that frame the body.
func (h *head) dropNamed() {
	for i := range h.fields {
		if h.fields[i].kind != kindConnection {
			continue
		}
		for option := range listMembers(h.fields[i].value) {
			for j := range h.fields {
				f := &h.fields[j]
				if f.kind != kindContentLength && len(f.name) == len(option) && bytes.EqualFold(f.name, option) {
					f.drop = true
				}
			}
		}
	}
}

func (h *head) checkFraming() error {
	if !h.chunked {
		return nil
	}
	if h.length >= 0 {
		return malformed("Content-Length beside Transfer-Encoding")
	}
	if h.minor == 0 {
		return malformed("Transfer-Encoding in an HTTP/1.0 answer")
	}
	return nil
}

// value gives the first field of that name (lower case), nil if there is none.
func (h *head) value(lower string) []byte {
	for i := range h.fields {
		if equalFold(h.fields[i].name, lower) {
			return h.fields[i].value
		}
	}
	return nil
}

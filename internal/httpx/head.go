package httpx

import "bytes"

// limits bounds what a head may be.
type limits struct {
	headBytes, fieldCount, urlBytes int
	bodyBytes                       int64
}

// maxMethod is longer than any registered method; a longer one is not implemented (RFC 9112 §3).
const maxMethod = 32

// head is a checked request head. Its slices point into the bytes it was parsed from.
type head struct {
	method []byte
	target []byte // origin-form, or "*"
	host   []byte // as sent; empty only in HTTP/1.0
	fields []field

	minor     byte  // HTTP/1.minor
	length    int64 // of the body; -1: chunked
	expect    bool  // 100-continue
	keepAlive bool
}

type field struct{ name, value []byte }

// forget drops what was parsed and keeps the memory.
func (h *head) forget() {
	clear(h.fields)
	*h = head{fields: h.fields[:0]}
}

// parse checks a whole head, raw ending with its empty line, by RFC 9112 without its leniencies. What was parsed
// before a fault stays, so that the refusal can be in the visitor's language.
func (h *head) parse(raw []byte, lim *limits) Fault {
	h.forget()
	line, rest, ok := cutLine(raw)
	if !ok {
		return FaultLineEnd
	}
	if f := h.requestLine(line, lim); f != NoFault {
		h.readFields(rest, lim) // they say who asks, and at which host
		return f
	}
	if f := h.readFields(rest, lim); f != NoFault {
		return f
	}
	return h.interpret(lim)
}

// readFields reads field lines up to the empty one, or to the first that has a fault.
func (h *head) readFields(rest []byte, lim *limits) Fault {
	for {
		line, next, ok := cutLine(rest)
		if !ok {
			return FaultLineEnd
		}
		if len(line) == 0 {
			return NoFault
		}
		if len(h.fields) == lim.fieldCount {
			return FaultHeaderSize
		}
		name, value, fault := parseField(line)
		if fault != NoFault {
			return fault
		}
		h.fields = append(h.fields, field{name, value})
		rest = next
	}
}

// cutLine takes one line off. Lines end with CR LF; that they hold no other CR is for the caller to see, who looks at
// every byte anyway.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 1 || b[i-1] != '\r' {
		return nil, nil, false
	}
	return b[:i-1], b[i+1:], true
}

// requestLine is method SP target SP version, with single spaces (RFC 9112 §3).
func (h *head) requestLine(line []byte, lim *limits) Fault {
	n := tokenLength(line)
	if n == 0 || n == len(line) || line[n] != ' ' {
		return requestLineFault(line)
	}
	method, rest := line[:n], line[n+1:]
	h.method = method
	target, version, ok := cutByte(rest, ' ')
	if !ok || len(target) == 0 {
		return requestLineFault(line)
	}
	switch string(version) {
	case "HTTP/1.1":
		h.minor, h.keepAlive = 1, true
	case "HTTP/1.0":
	default:
		if isVersion(version) {
			return FaultVersion
		}
		return requestLineFault(line)
	}
	h.target = target
	switch {
	case len(target) > lim.urlBytes:
		return FaultURILength
	case len(method) > maxMethod, string(method) == "CONNECT", string(method) == "TRACE":
		// We are no tunnel, and an echo of the request would show cookies to scripts (RFC 9110 §9.3.8).
		return FaultMethod
	}
	return h.checkTarget()
}

// requestLineFault tells a bare CR from other mistakes.
func requestLineFault(line []byte) Fault {
	if bytes.IndexByte(line, '\r') >= 0 {
		return FaultLineEnd
	}
	return FaultRequestLine
}

// isVersion is HTTP-version (RFC 9112 §2.3), of whatever number.
func isVersion(b []byte) bool {
	return len(b) == 8 && string(b[:5]) == "HTTP/" && isDigit(b[5]) && b[6] == '.' && isDigit(b[7])
}

// parseField is name ":" OWS value OWS: nothing folded, no space in or behind the name (RFC 9112 §5).
func parseField(line []byte) (name, value []byte, fault Fault) {
	n := tokenLength(line)
	if n == 0 || n == len(line) || line[n] != ':' {
		return nil, nil, fieldFault(line, n)
	}
	value = trimSpace(line[n+1:])
	if i := badValueByte(value); i >= 0 {
		return nil, nil, fieldFault(value, i)
	}
	return line[:n], value, NoFault
}

func fieldFault(b []byte, at int) Fault {
	if at < len(b) && b[at] == '\r' {
		return FaultLineEnd
	}
	return FaultHeaderField
}

// framing is what the fields say about the message as a whole.
type framing struct {
	hosts, lengths, codings int
	close, keep             bool
}

// interpret draws the conclusions that framing and routing rest on.
func (h *head) interpret(lim *limits) Fault {
	var fr framing
	for i := range h.fields {
		if f := h.interpretField(&h.fields[i], &fr); f != NoFault {
			return f
		}
	}
	switch {
	case fr.lengths > 1 || fr.codings > 1 || fr.lengths+fr.codings > 1 || fr.codings == 1 && h.minor == 0:
		return FaultFraming
	case fr.hosts > 1 || fr.hosts == 0 && h.minor == 1 || fr.hosts == 1 && !validHost(h.host):
		return FaultHost
	case h.length > lim.bodyBytes:
		return FaultBodySize
	}
	if fr.codings == 1 {
		h.length = -1
	}
	// "close" wins over whatever else is said (RFC 9112 §9.3).
	h.keepAlive = !fr.close && (h.keepAlive || fr.keep)
	// An expectation without a body, or from HTTP/1.0, means nothing (RFC 9110 §10.1.1).
	h.expect = h.expect && h.length != 0 && h.minor == 1
	return h.normaliseTarget()
}

// interpretField looks at one field. The length alone shows of most that they do not matter here.
func (h *head) interpretField(f *field, fr *framing) Fault {
	switch len(f.name) {
	case len("host"):
		if equalFold(f.name, "host") {
			fr.hosts++
			h.host = f.value
		}
	case len("expect"):
		if equalFold(f.name, "expect") {
			if !equalFold(f.value, "100-continue") {
				return FaultExpect
			}
			h.expect = true
		}
	case len("connection"):
		if equalFold(f.name, "connection") {
			connectionOptions(f.value, fr)
		}
	case len("content-length"):
		if equalFold(f.name, "content-length") {
			n, ok := parseLength(f.value)
			if !ok {
				return FaultFraming
			}
			fr.lengths++
			h.length = n
		}
	case len("transfer-encoding"):
		if equalFold(f.name, "transfer-encoding") {
			if !equalFold(f.value, "chunked") {
				return FaultFraming
			}
			fr.codings++
		}
	}
	return NoFault
}

// connectionOptions looks for the options that rule persistence (RFC 9112 §9.3).
func connectionOptions(value []byte, fr *framing) {
	for len(value) > 0 {
		var option []byte
		option, value, _ = cutByte(value, ',')
		switch option = trimSpace(option); {
		case equalFold(option, "close"):
			fr.close = true
		case equalFold(option, "keep-alive"):
			fr.keep = true
		}
	}
}

package proxy

import "bytes"

// appendCookies appends a Cookie field's value without the cookies that strip names.
// What stays keeps its bytes and its order, separators included; if nothing of ours is
// there, that is the whole value.
func appendCookies(dst, value []byte, strip func(name []byte) bool) []byte {
	begin, stripped := len(dst), false
	for rest, more := value, true; more; {
		var crumb []byte
		crumb, rest, more = bytes.Cut(rest, separator)
		if isStripped(crumb, strip) {
			stripped = true
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ';')
			dst = append(dst, crumb...)
			continue
		}
		// The blank after a separator goes with the cookie that stood before it.
		dst = append(dst, trimLeft(crumb)...)
	}
	switch {
	case !stripped:
		return append(dst[:begin], value...)
	case len(bytes.Trim(dst[begin:], "; \t")) == 0:
		return dst[:begin]
	}
	return dst
}

var separator = []byte{';'}

func isStripped(crumb []byte, strip func(name []byte) bool) bool {
	if i := bytes.IndexByte(crumb, '='); i >= 0 {
		crumb = crumb[:i]
	}
	crumb = trimOWS(crumb)
	return len(crumb) > 0 && strip(crumb)
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

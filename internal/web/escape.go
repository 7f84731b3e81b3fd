package web

import "unicode/utf8"

const replacement = "\uFFFD"

// appendHTML appends text for use in an element or a quoted attribute. What is not valid UTF-8, and NUL, which
// HTML cannot carry, becomes U+FFFD.
func appendHTML(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		var esc string
		width := 1
		switch c := s[i]; {
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '"':
			esc = "&#34;"
		case c == '\'':
			esc = "&#39;"
		case c == 0:
			esc = replacement
		case c >= utf8.RuneSelf:
			var r rune
			if r, width = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && width == 1 {
				esc = replacement
			}
		}
		if esc != "" {
			dst = append(dst, s[start:i]...)
			dst = append(dst, esc...)
			start = i + width
		}
		i += width
	}
	return append(dst, s[start:]...)
}

const hexDigits = "0123456789ABCDEF"

// appendURL appends a path with its query for use in a quoted attribute. Only a path on the same host is
// taken: anything else ("javascript:…", "//elsewhere", and what browsers read as that) becomes "/".
// Bytes that no URL may hold are percent-encoded as a browser would, the rest stays as it is.
func appendURL(dst []byte, target string) []byte {
	if !ownPath(target) {
		return append(dst, '/')
	}
	for i := range len(target) {
		switch c := target[i]; {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '\'':
			dst = append(dst, "&#39;"...)
		case c <= ' ', c >= 0x7f, c == '"', c == '<', c == '>', c == '\\':
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// ownPath tells whether a browser takes target as a path on the host that it came from. Browsers skip tabs and
// line ends and read a backslash as a slash, so "/\t/elsewhere" would leave the host.
func ownPath(target string) bool {
	if target == "" || target[0] != '/' {
		return false
	}
	for i := 1; i < len(target); i++ {
		switch target[i] {
		case '\t', '\n', '\r':
			continue
		case '/', '\\':
			return false
		}
		break
	}
	return true
}

// appendJSON appends s as a JSON string (RFC 8259 section 7). Invalid UTF-8 becomes U+FFFD; <, > and & are
// escaped too, so that the text is harmless even where somebody puts it into HTML.
func appendJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, width := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && width == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, replacement...)
				start = i + 1
			}
			i += width
			continue
		}
		if c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f {
			dst = append(dst, s[start:i]...)
			dst = appendJSONByte(dst, c)
			start = i + 1
		}
		i++
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendJSONByte(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

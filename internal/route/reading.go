package route

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// reading is one raw path as different backends may understand it, each without a final slash ("" is the root).
type reading struct {
	// paths are, from the most literal to the loosest:
	//  0. percent-encoding decoded except that of separators, empty and "." segments dropped, ".." left alone:
	//     a router that matches before it resolves anything
	//  1. decoded once, then dot segments resolved and slashes merged (RFC 3986 §5.2.4): most servers
	//  2. decoded until nothing changes, "\" taken for "/", parameters behind ";" and dots and spaces at the end
	//     of segments dropped, dot segments resolved, lower case, letters without their marks: servlet containers, Windows,
	//     chained proxies, databases that compare by a collation
	//  3. the same with all bytes above ASCII alike, for a path that is no UTF-8, whatever encoding it is in
	paths [4][]byte
	// encoded: the path is no UTF-8. Only then there is a fourth reading.
	encoded bool
	// odd: no browser sends this spelling by itself (dot segments, empty segments, encoded separators).
	odd bool
	// climbs: a ".." segment appears in some reading.
	climbs bool
}

// readings fills the buffers and returns them in a reading.
func readings(raw []byte, buf [4][]byte) reading {
	var scratch [256]byte
	var r reading
	literal := decode(scratch[:0], raw, true)
	r.paths[0], r.odd = dropEmpty(buf[0], literal)
	r.odd = r.odd || len(literal) != decodedLen(raw) || bytes.ContainsFunc(literal, isOdd)
	var up bool
	r.paths[1], up = resolve(buf[1], decode(scratch[:0], raw, false), false)
	r.climbs = up
	r.paths[2], up = loosen(buf[2], raw)
	r.climbs = r.climbs || up
	if bytes := decodeAll(scratch[:0], raw); !utf8.Valid(bytes) {
		r.encoded = true
		r.paths[3], up = resolve(buf[3], blur(bytes), true)
		r.climbs = r.climbs || up
	}
	return r
}

// isOdd reports whether some servers end a path at this character, or never accept it in one.
func isOdd(c rune) bool { return c == '\\' || c == '?' || c == '#' || c < ' ' || c == 0x7f }

// spelling classes of raw paths.
type spelling uint8

const (
	// plainSpelling: all readings are the same but for a final slash.
	plainSpelling spelling = iota
	// mixedCase: the readings differ in case alone.
	mixedCase
	// manyReadings: anything else.
	manyReadings
)

func spellingOf(path []byte) spelling {
	class := plainSpelling
	for i, c := range path {
		last := i == len(path)-1
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case c >= 'A' && c <= 'Z':
			class = mixedCase
		case c == '/':
			if !last && path[i+1] == '/' {
				return manyReadings
			}
		case c == '.':
			if last || path[i+1] == '/' {
				return manyReadings
			}
		case strings.IndexByte("-_~!$&'()*+,=:@", c) < 0:
			return manyReadings
		}
	}
	return class
}

// decode appends src with percent-encoding undone once. What is not valid encoding stays as it is. With keep,
// so do encoded separators (slash and backslash).
func decode(dst, src []byte, keep bool) []byte {
	for i := 0; i < len(src); i++ {
		c, ok := encoded(src[i:])
		if !ok || keep && (c == '/' || c == '\\') {
			dst = append(dst, src[i])
			continue
		}
		dst = append(dst, c)
		i += 2
	}
	return dst
}

// decodedLen is the length of the whole of src when it is decoded.
func decodedLen(src []byte) int {
	n := 0
	for i := 0; i < len(src); i++ {
		if _, ok := encoded(src[i:]); ok {
			i += 2
		}
		n++
	}
	return n
}

func encoded(s []byte) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, ok1 := hexDigit(s[1])
	low, ok2 := hexDigit(s[2])
	return high<<4 | low, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// nextSegment splits path (which may begin with a slash) behind its first segment.
func nextSegment(path []byte) (segment, rest []byte) {
	path = path[min(len(path), 1):]
	if i := bytes.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, nil
}

// dropEmpty appends path without empty and "." segments. odd reports whether it has any of these (but for a
// final slash) or a ".." segment.
func dropEmpty(dst, path []byte) (out []byte, odd bool) {
	for rest := path; len(rest) > 0; {
		var segment []byte
		segment, rest = nextSegment(rest)
		switch string(segment) {
		case "", ".":
			odd = odd || len(segment) > 0 || len(rest) > 0
			continue
		case "..":
			odd = true
		}
		dst = append(append(dst, '/'), segment...)
	}
	return dst, odd
}

// resolve appends path with dot segments resolved and empty segments dropped. With trim it reads segments as
// the loosest reading does.
func resolve(dst, path []byte, trim bool) (out []byte, climbs bool) {
	for rest := path; len(rest) > 0; {
		var segment []byte
		segment, rest = nextSegment(rest)
		if trim {
			segment = trimSegment(segment)
		}
		switch string(segment) {
		case "", ".":
		case "..":
			climbs = true
			dst = dst[:max(0, bytes.LastIndexByte(dst, '/'))]
		default:
			dst = append(append(dst, '/'), segment...)
		}
	}
	return dst, climbs
}

// trimSegment drops parameters, what follows a NUL (the end of a string in C) or an encoded "?" or "#" (which a server
// that decodes and asks the next one turns into a query), and what is ignored at the end: dots and spaces by Windows,
// line ends by the "$" of many regular expressions, other controls by servers that trim white space. Segments of dots alone keep them.
func trimSegment(segment []byte) []byte {
	if i := bytes.IndexAny(segment, ";?#\x00"); i >= 0 {
		segment = segment[:i]
	}
	segment = bytes.TrimRight(segment, ignoredAtEnd)
	if s := string(segment); s == "." || s == ".." {
		return segment
	}
	return bytes.TrimRight(segment, "."+ignoredAtEnd)
}

const ignoredAtEnd = " \t\n\v\f\r"

// maxDecodings is how often the loosest reading decodes: more than any chain of servers does.
const maxDecodings = 4

// decodeAll appends src with percent-encoding undone until nothing changes.
func decodeAll(dst, src []byte) []byte {
	begin := len(dst)
	dst = append(dst, src...)
	for range maxDecodings {
		now := dst[begin:]
		next := decode(now[:0], now, false) // never longer than what it reads
		if len(next) == len(now) {
			break
		}
		dst = dst[:begin+len(next)]
	}
	return dst
}

// loosen appends the loosest reading. Plain letters may spell an encoding themselves, so both are undone in turns.
func loosen(dst, raw []byte) (out []byte, climbs bool) {
	var scratch [256]byte
	now := decodeAll(scratch[:0], raw)
	for range maxDecodings {
		if isASCII(now) {
			break
		}
		now = decodeAll(nil, plainLetters(now))
	}
	slashed(now)
	begin := len(dst)
	dst, climbs = resolve(dst, now, true)
	return lower(dst, begin), climbs
}

// slashed makes slashes of backslashes, in place.
func slashed(path []byte) {
	for i, c := range path {
		if c == '\\' {
			path[i] = '/'
		}
	}
}

// lower makes the ASCII letters in dst[from:] lower case.
func lower(dst []byte, from int) []byte {
	for i := from; i < len(dst); i++ {
		if c := dst[i]; c >= 'A' && c <= 'Z' {
			dst[i] = c + 'a' - 'A'
		}
	}
	return dst
}

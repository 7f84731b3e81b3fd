package httpx

import (
	"bytes"
	"encoding/binary"
)

// tokenTable marks tchar (RFC 9110 §5.6.2).
var tokenTable = func() (t [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}()

// tokenLength is how many bytes at the start of b are tchar.
func tokenLength(b []byte) int {
	for i, c := range b {
		if !tokenTable[c] {
			return i
		}
	}
	return len(b)
}

func isToken(b []byte) bool { return len(b) > 0 && tokenLength(b) == len(b) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// badValueByte finds the first byte that a field value must not hold: a control other than HTAB, or DEL (RFC 9110
// §5.5). It answers -1 if there is none. Eight bytes are looked at at once, because values are most of a head.
func badValueByte(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		below := (w - ones*0x20) &^ w // the high bit is set in the lowest byte below 0x20, and perhaps above that one
		del := (w ^ ones*0x7f) - ones // likewise for 0x7f: zero bytes borrow
		del &^= w ^ ones*0x7f
		if (below|del)&highs != 0 {
			break // a tab, or something bad: look closely
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' && c != '\t' || c == 0x7f {
			return i
		}
	}
	return -1
}

// trimSpace takes optional white space (SP and HTAB, nothing else: RFC 9110 §5.6.3) off both ends.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for n := len(b); n > 0 && (b[n-1] == ' ' || b[n-1] == '\t'); n = len(b) {
		b = b[:n-1]
	}
	return b
}

// equalFold compares with a word in lower-case ASCII.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// equalFoldAny compares two strings of ASCII without regard to case.
func equalFoldAny(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if c != s[i] && (c|0x20 != s[i]|0x20 || !isLetter(c)) {
			return false
		}
	}
	return true
}

// parseLength is 1*DIGIT (RFC 9110 §8.6), at most 18 of them so that it cannot overflow.
func parseLength(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// parseHex is 1*HEXDIG, at most 15 of them so that it cannot overflow.
func parseHex(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 15 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if !isHex(c) {
			return 0, false
		}
		digit := int64(c - '0')
		if c > '9' {
			digit = int64(c|0x20-'a') + 10
		}
		n = n<<4 | digit
	}
	return n, true
}

// cutByte is bytes.Cut at one byte.
func cutByte(b []byte, sep byte) (before, after []byte, found bool) {
	if i := bytes.IndexByte(b, sep); i >= 0 {
		return b[:i], b[i+1:], true
	}
	return b, nil, false
}

package route

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plainLetters writes a decoded path as the loosest backend compares it: compatible characters are one (a wide "Ａ" is an "A",
// as Windows takes it that has to find a byte for it), letters have no marks and no case, and what is not seen is not there.
// Databases compare so, and shops and content systems that find a page by its title. Bytes that are no UTF-8 are those of
// Windows-1252, or an ASCII character in too many bytes, which old decoders accept.
func plainLetters(path []byte) []byte {
	out := make([]byte, 0, len(path))
	for len(path) > 0 {
		r, n := utf8.DecodeRune(path)
		if r == utf8.RuneError && n == 1 {
			r, n = legacyRune(path)
		}
		out = utf8.AppendRune(out, r)
		path = path[n:]
	}
	marked := norm.NFKD.Bytes(out)
	out = make([]byte, 0, len(marked))
	for _, r := range string(marked) {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf):
		case slices.Contains(slashLike, r):
			out = append(out, '/')
		case r == '\u2216':
			out = append(out, '\\')
		default:
			out = appendLetter(out, unicode.ToLower(unicode.ToUpper(r)))
		}
	}
	return out
}

// appendLetter writes a letter in lower case. Some that have no marks are others to a collation (Unicode Technical Standard 10,
// primary strength, with the tailorings of MySQL's utf8mb4_0900_ai_ci and utf8mb4_unicode_520_ci).
func appendLetter(dst []byte, r rune) []byte {
	switch r {
	case 'ß':
		return append(dst, "ss"...)
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case 'þ':
		return append(dst, "th"...)
	case 'ø':
		return append(dst, 'o')
	case 'ł':
		return append(dst, 'l')
	case 'đ', 'ð':
		return append(dst, 'd')
	case 'ħ':
		return append(dst, 'h')
	}
	return utf8.AppendRune(dst, r)
}

// slashLike are what Windows makes a slash of where it has to find a byte for it: fraction slash, division slash, big solidus.
var slashLike = []rune{'\u2044', '\u2215', '\u29f8'}

// legacyRune is the character at the begin of bytes that are no UTF-8, and how many they are.
func legacyRune(b []byte) (rune, int) {
	for _, long := range []struct {
		lead, mask byte
		more       int
	}{{0xc0, 0xfe, 1}, {0xe0, 0xff, 2}, {0xf0, 0xff, 3}} {
		if b[0]&long.mask != long.lead || len(b) <= long.more {
			continue
		}
		r := rune(b[0] & 0x01)
		for _, c := range b[1 : 1+long.more] {
			if c&0xc0 != 0x80 {
				r = utf8.RuneError
				break
			}
			r = r<<6 | rune(c&0x3f)
		}
		if r < utf8.RuneSelf {
			return r, 1 + long.more
		}
	}
	return charmap.Windows1252.DecodeByte(b[0]), 1
}

// blur makes one byte of each row of bytes above ASCII, so that a letter is the same in every encoding that writes ASCII as it
// is, with slashes for backslashes and in lower case. It works in place.
func blur(path []byte) []byte {
	out := path[:0]
	for i, c := range path {
		switch {
		case c < utf8.RuneSelf:
			out = append(out, c)
		case i == 0 || len(out) == 0 || out[len(out)-1] != blurred:
			out = append(out, blurred)
		}
	}
	slashed(out)
	return lower(out, 0)
}

const blurred = 0x80

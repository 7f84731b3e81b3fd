package door

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// alphabet are the signs of all codes: those that nobody takes for another one, on paper or on the telephone. Their number is a prime,
// which the check sign needs.
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const base = uint64(len(alphabet))

// group is how many signs stand together.
const group = 4

// maxWritten bounds a text that is looked at: a code with much space in it.
const maxWritten = 128

// ErrTypo means that a text is no code: it is too long or too short, has a sign that codes do not have, or its check sign does not fit. So
// it was mistyped, and it is no guess.
var ErrTypo = errors.New("the code is mistyped")

// read reads a text into signs: whatever its case, and with space and hyphens anywhere, as programs and people set them.
func read(text string, signs []byte) error {
	if len(text) > maxWritten {
		return fmt.Errorf("%w: it is too long", ErrTypo)
	}
	n := 0
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			continue
		}
		value := strings.IndexRune(alphabet, unicode.ToUpper(r))
		if value < 0 {
			return fmt.Errorf("%w: no code has the sign %q", ErrTypo, r)
		}
		if n < len(signs) {
			signs[n] = byte(value)
		}
		n++
	}
	if n != len(signs) {
		return fmt.Errorf("%w: it has %d signs, not %d", ErrTypo, n, len(signs))
	}
	if check(signs[:n-1]) != signs[n-1] {
		return ErrTypo
	}
	return nil
}

// check is the sign that makes the weighted sum of all signs a multiple of 31, with the weights 1, 2, 3… from the right, the check sign's
// included. It is the scheme of ISBN-10 (ISO 2108:1992) with 31 in place of 11: 31 is a prime, and the weights differ and are below it, so
// each single wrong sign changes the sum, and so does each swap of two signs that differ, whether or not they are neighbours.
func check(signs []byte) byte {
	var sum uint64
	for i, s := range signs {
		sum += uint64(len(signs)+1-i) * uint64(s)
	}
	return byte((base - sum%base) % base)
}

// appendSigns appends signs in groups, with hyphens between them.
func appendSigns(dst, signs []byte) []byte {
	for i, s := range signs {
		if i > 0 && i%group == 0 {
			dst = append(dst, '-')
		}
		dst = append(dst, alphabet[s])
	}
	return dst
}

package token

import "encoding/base64"

// decodeBase64 decodes canonical unpadded base64url from src into dst. It
// reports false if dst is too short or src has any second spelling: trailing
// bits that are not zero, padding, or the line breaks that encoding/base64 skips
// even in strict mode.
func decodeBase64(dst, src []byte) ([]byte, bool) {
	// A skipped line break shortens the result, except where the length is one
	// more than a multiple of four, which no encoding has.
	if len(src)%4 == 1 {
		return nil, false
	}
	size := base64.RawURLEncoding.DecodedLen(len(src))
	if size > len(dst) {
		return nil, false
	}
	read, err := rawURLStrict.Decode(dst, src)
	if err != nil || read != size {
		return nil, false
	}
	return dst[:size], true
}

// rawURLStrict refuses trailing bits. It is immutable.
var rawURLStrict = base64.RawURLEncoding.Strict()

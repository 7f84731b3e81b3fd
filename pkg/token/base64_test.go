package token_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

// Whatever is decoded encodes to the same text again: that is what makes a
// spelling the only one.
func TestOnlyCanonicalBase64IsDecoded(t *testing.T) {
	alphabet := []byte("ABQgwxz09-_=+/\r\n ")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 12).Draw(t, "text")
		decoded, ok := token.DecodeBase64(make([]byte, 16), text)
		again := []byte(base64.RawURLEncoding.EncodeToString(decoded))
		if ok && !bytes.Equal(again, text) {
			t.Fatalf("%q is decoded, but its encoding is %q", text, again)
		}
	})
}

func TestAllCanonicalBase64IsDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "data")
		decoded, ok := token.DecodeBase64(make([]byte, 64), []byte(base64.RawURLEncoding.EncodeToString(data)))
		if !ok || !bytes.Equal(decoded, data) {
			t.Fatalf("%x is decoded as %x, %v", data, decoded, ok)
		}
	})
}

// encoding/base64 skips line breaks even when it is strict.
func TestLineBreaksAreNoBase64(t *testing.T) {
	for size := range 9 {
		text := base64.RawURLEncoding.EncodeToString(make([]byte, size))
		for at := range len(text) + 1 {
			for count := 1; count <= 4; count++ {
				for _, char := range []string{"\n", "\r"} {
					broken := text[:at] + strings.Repeat(char, count) + text[at:]
					if decoded, ok := token.DecodeBase64(make([]byte, 16), []byte(broken)); ok {
						t.Errorf("%q is decoded as %x", broken, decoded)
					}
				}
			}
		}
	}
}

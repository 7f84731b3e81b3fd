package token_test

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

func TestAnIDIsWrittenInBase64URL(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := drawID(t)
		if text := id.String(); text != base64.RawURLEncoding.EncodeToString(id[:]) || len(text) != 22 {
			t.Fatalf("text is %q", text)
		}
	})
}

func TestADryRandomSourceGivesNoID(t *testing.T) {
	_, err := token.NewID(strings.NewReader("fifteen bytes.."))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("error is %v", err)
	}
}

func drawID(t *rapid.T) token.ID {
	return token.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
}

package token_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

func TestAnIDSurvivesItsTextForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := drawID(t)
		text := id.String()
		if len(text) != 22 {
			t.Fatalf("text %q has %d characters", text, len(text))
		}
		if read := must(token.ParseID(text)); read != id {
			t.Fatalf("%q is read as %v", text, read)
		}
		if appended := string(must(id.AppendText([]byte("x")))); appended != "x"+text {
			t.Fatalf("AppendText gives %q", appended)
		}
		var read token.ID
		if err := json.Unmarshal(must(json.Marshal(id)), &read); err != nil || read != id {
			t.Fatalf("JSON gives %v, %v", read, err)
		}
	})
}

func TestAnIDHasOneSpelling(t *testing.T) {
	good := token.ID{15: 1}.String()
	for name, text := range map[string]string{
		"empty":         "",
		"short":         good[:21],
		"long":          good + "A",
		"padded":        good + "==",
		"trailing bits": good[:21] + "R",
		"line break":    good[:21] + "\n",
		"standard":      strings.Repeat("+", 22),
	} {
		t.Run(name, func(t *testing.T) {
			if id, err := token.ParseID(text); err == nil {
				t.Fatalf("%q is read as %v", text, id)
			}
		})
	}
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

package signed

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

func signer(t *testing.T) *token.Signer {
	t.Helper()
	ring, err := token.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	by, ok := ring.Signer(time.Now())
	if !ok {
		t.Fatal("no key")
	}
	return by
}

var (
	plainJSON = []byte(`{"room":"termine","text":"<b>&\u003c"}`)
	plainHTML = []byte("<!doctype html>\n<p>Niemand wurde überholt.</p>\n</html>\n")
)

// filesOf are a signed page and a signed report for programs.
func filesOf(t *testing.T, by Signer) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for kind, file := range map[string]struct {
		body []byte
		sign func([]byte, *Signature) ([]byte, error)
	}{"json": {plainJSON, JSON}, "html": {plainHTML, HTML}} {
		s := Sign(by, "termine", Asked{Opening: "eight", Hash: HashOf(file.body)}, time.Now())
		var err error
		if files[kind], err = file.sign(file.body, &s); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestASignedReportIsVerifiedAndAChangedOneIsNot(t *testing.T) {
	by := signer(t)
	keys, others := []Key{{by.Kid(), by.Public()}}, []Key{{by.Kid(), signer(t).Public()}}
	for kind, file := range filesOf(t, by) {
		s, err := Verify(file, keys)
		if err != nil || s.Room != "termine" || s.Opening != "eight" {
			t.Errorf("%s: %+v, %v", kind, s, err)
		}
		if _, err := Verify(file, nil); err != nil {
			t.Errorf("%s without keys: %v", kind, err)
		}
		if _, err := Verify(file, others); !errors.Is(err, ErrKey) {
			t.Errorf("%s by another key: %v", kind, err)
		}
		for at := range file {
			changed := bytes.Clone(file)
			changed[at] ^= 1
			if _, err := Verify(changed, keys); err == nil {
				t.Fatalf("%s: byte %d is changed, and the file is taken: %q", kind, at, changed[max(0, at-20):min(len(changed), at+20)])
			}
		}
		for _, more := range []string{"\n", "<p>more</p>", " "} {
			if _, err := Verify(append(bytes.Clone(file), more...), keys); err == nil {
				t.Errorf("%s with %q behind it is taken", kind, more)
			}
		}
	}
}

// The decoder takes several last characters, and line breaks, for the same signature.
func TestASignatureHasOneSpelling(t *testing.T) {
	const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for range 20 {
		by := signer(t)
		for kind, file := range filesOf(t, by) {
			s, err := Verify(file, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{s.Signature, s.Key} {
				other := text[:len(text)-1] + string(signs[strings.IndexByte(signs, text[len(text)-1])^1])
				if _, err := Verify(bytes.ReplaceAll(file, []byte(text), []byte(other)), nil); !errors.Is(err, ErrChanged) {
					t.Errorf("%s: another last character: %v", kind, err)
				}
			}
		}
	}
}

// Two signed pages in one file: what is read first is not what the last signature is of.
func TestAPageWithinAPageIsNotTaken(t *testing.T) {
	by := signer(t)
	html := filesOf(t, by)["html"]
	if _, err := Verify(append([]byte("<p>Alles war anders.</p>\n"), html...), nil); !errors.Is(err, ErrChanged) {
		t.Errorf("error is %v", err)
	}
}

func TestAReportWithoutASignatureSaysSo(t *testing.T) {
	plain, err := JSON(plainJSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := HTML(plainHTML, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{plain, page} {
		if _, err := Verify(file, nil); !errors.Is(err, ErrNotSigned) {
			t.Errorf("error is %v", err)
		}
	}
	if _, err := Verify([]byte(`{"x":`), nil); !errors.Is(err, ErrChanged) {
		t.Errorf("what is no report: %v", err)
	}
}

func TestAHashIsOneInHexadecimal(t *testing.T) {
	good := HashOf(nil)
	for text, want := range map[string]bool{good: true, strings.ToUpper(good): false, good[1:]: false, "": false, "x" + good[1:]: false} {
		if ValidHash(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

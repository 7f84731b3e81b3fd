package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// headSize is how many bytes the head of an answer has.
func headSize(a *http.Response) int {
	n := len("HTTP/1.1 ") + len(a.Status) + len("\r\n\r\n")
	for name, values := range a.Header {
		for _, value := range values {
			n += len(name) + len(": \r\n") + len(value)
		}
	}
	return n
}

// nginx answers 502 to an answer whose head is longer, by default: a waiting page came through, and at the visitor's turn the
// redirect to what was asked for never did.
const shortHead = 4 << 10

// longer makes the URL of a request as long as URLs may be.
func longer(path string) string {
	switch {
	case strings.Contains(path, "?"):
		path += "&"
	default:
		path += "?"
	}
	return path + strings.Repeat("x", int(config.Default().Limits.URLBytes)-len(path))
}

func TestHeadsOfOurOwnStayShortWhateverIsAskedFor(t *testing.T) {
	for i, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			counted := newCounts(t)
			for j, kind := range requestKinds {
				if (i+j)%oneIn != 0 {
					continue
				}
				t.Run(kind.name, func(t *testing.T) { // whose end frees what was made for it
					s := newFixtureLike(&fixture{t: t, library: newLibrary(t), counted: counted}, sc.pace)
					b := sc.set(s)
					seen := s.sites[0].seen.Load()
					a := b.load(kind.method, longer(kind.path), kind.headers...)
					if n := headSize(a.Response); n > shortHead && s.sites[0].seen.Load() == seen {
						t.Errorf("%d bytes: %d, %v", n, a.StatusCode, a.Header)
					}
				})
			}
		})
	}
}

func TestHeadsOfOurOwnStayShortOnTheWayHome(t *testing.T) {
	s := newNames(t, fast, home, names)
	for _, from := range []string{"http://termine.test", "https://termine.test", "https://stadt.termine.example"} {
		x := s.traveller()
		x.load("GET", from+longer("/a"))
		for _, a := range x.heads {
			if n := headSize(a); n > shortHead {
				t.Errorf("%s: %d bytes: %v", from, n, a.Header)
			}
		}
	}
}

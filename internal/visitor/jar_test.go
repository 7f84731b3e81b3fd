package visitor

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheJarKeepsWhatTheStandardLibraryKeeps holds the jar to net/http/cookiejar with random cookies and paths.
func TestTheJarKeepsWhatTheStandardLibraryKeeps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for round := range 300 {
		scheme := pick("http", "https")
		want, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		got := &jar{secure: scheme == "https"}
		now := time.Now()
		paths := []string{"/", "/a", "/a/", "/a/b", "/ab", "/a/b/c?x=/q"}
		for range 12 {
			set := pick("a", "b", "c") + "=" + pick("1", "2", "")
			set += pick("", "; Path=/", "; Path=/a", "; Path=/a/", "; Path=a", "; Path=/a/b")
			set += pick("", "", "; Max-Age=100", "; Max-Age=0", "; Max-Age=-1", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "; Expires="+now.Add(time.Hour).UTC().Format(http.TimeFormat))
			set += pick("", "", "; Secure") + pick("", "; HttpOnly", "; SameSite=Lax")
			target := paths[r.IntN(len(paths))]
			at := &url.URL{Scheme: scheme, Host: "termine.example", Path: strings.Split(target, "?")[0]}
			c, err := http.ParseSetCookie(set)
			if err != nil {
				t.Fatal(err)
			}
			// A browser takes no secure cookie by http; the library keeps it and sends it never.
			if !c.Secure || scheme == "https" {
				want.SetCookies(at, []*http.Cookie{c})
			}
			got.take([]string{set}, target, now)
			for _, target := range paths {
				at := &url.URL{Scheme: scheme, Host: "termine.example", Path: strings.Split(target, "?")[0]}
				var all []string
				for _, c := range want.Cookies(at) {
					all = append(all, c.Name+"="+c.Value)
				}
				have := strings.Split(got.header(target, now), "; ")
				slices.Sort(all)
				slices.Sort(have)
				if fmt.Sprint(all) != fmt.Sprint(have) {
					t.Fatalf("round %d, after %q for %s: %q is sent to %s, want %q", round, set, target, have, target, all)
				}
			}
		}
	}
}

func TestACookieExpiresAndLongerPathsComeFirst(t *testing.T) {
	j, now := &jar{secure: true}, time.Unix(1_000_000, 0)
	j.take([]string{"a=1; Path=/; Max-Age=10", "b=2; Path=/x", "c=3"}, "/x/y", now)
	if h := j.header("/x/y", now); h != "b=2; c=3; a=1" {
		t.Errorf("%q", h)
	}
	later := now.Add(10 * time.Second)
	if h := j.header("/x/y", later); h != "b=2; c=3" || j.get(later, "a") != "" || j.get(now, "a") != "1" || j.get(now, "b") != "" {
		t.Errorf("%q", h)
	}
}

func TestTheJarRefusesWhatABrowserRefuses(t *testing.T) {
	now := time.Now()
	for set, kept := range map[bool]map[string]bool{
		true: {
			"__Host-a=1; Path=/; Secure": true, "__Host-a=1; Path=/x; Secure": false, "__Host-a=1; Path=/": false,
			"__Host-a=1; Path=/; Secure; Domain=termine.example": false, "__Secure-a=1; Secure": true, "__Secure-a=1": false, "a=1; Secure": true,
		},
		false: {"a=1; Secure": false, "__Host-a=1; Path=/; Secure": false, "a=1": true, "no cookie": false},
	} {
		for line, want := range kept {
			j := &jar{secure: set}
			j.take([]string{line}, "/", now)
			if got := j.header("/", now) != ""; got != want {
				t.Errorf("https %v, %q is kept: %v", set, line, got)
			}
		}
	}
}

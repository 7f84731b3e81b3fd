package survey

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// file is what a site answers to a path.
type file struct {
	media, cache, cookie string
	status               int
}

// withFiles is a site whose page needs files, and has what else is given.
func withFiles(files map[string]file, more string) http.Handler {
	page := more
	for at := range files {
		page += fmt.Sprintf("<img src=%q>", at)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, known := files[r.URL.EscapedPath()]
		switch {
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, page)
			return
		case !known:
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", f.media)
		if f.cache != "" {
			w.Header().Set("Cache-Control", f.cache)
		}
		if f.cookie != "" {
			http.SetCookie(w, &http.Cookie{Name: f.cookie, Value: "x"})
		}
		if f.status != 0 {
			w.WriteHeader(f.status)
		}
	})
}

func TestOnlyFilesThatEverybodyMayHaveAreOpen(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]file
		more  string
		open  []string
		said  string // of what waits; empty: nothing does
	}{
		"a picture":                    {map[string]file{"/a.png": {media: "image/png"}}, "", []string{"*.png"}, ""},
		"in capitals":                  {map[string]file{"/A.PNG": {media: "image/png"}}, "", []string{"*.png"}, ""},
		"one that sets a cookie":       {map[string]file{"/a.png": {media: "image/png", cookie: "track"}}, "", nil, "/a.png waits like a page: it comes with a cookie (track)."},
		"one that is not to be kept":   {map[string]file{"/a.png": {media: "image/png", cache: "No-Store"}}, "", nil, "is not for everybody (Cache-Control: no-store)"},
		"one that is for one visitor":  {map[string]file{"/a.png": {media: "image/png", cache: "private, max-age=9"}}, "", nil, "is not for everybody"},
		"one that is personal of many": {map[string]file{"/a.png": {media: "image/png"}, "/me.png": {media: "image/png", cache: "private"}}, "", []string{"/a.png"}, "/me.png waits"},
		"one that is gone of many":     {map[string]file{"/a.png": {media: "image/png"}, "/b.png": {media: "text/html", status: 404}}, "", []string{"*.png"}, "/b.png waits like a page: it answers Not Found."},
		"one that redirects":           {map[string]file{"/a.png": {media: "image/png", status: 302}}, "", nil, "it redirects"},
		"one that is a page":           {map[string]file{"/a.png": {media: "text/html"}}, "", nil, "is answered with a page"},
		"one with another type":        {map[string]file{"/a.css": {media: "image/png"}}, "", []string{"/a.css"}, ""},
		"one of any type":              {map[string]file{"/a.bin": {media: "application/octet-stream"}}, "", nil, "which may be anything"},
		"a font without a type":        {map[string]file{"/a.woff2": {media: "application/octet-stream"}}, "", []string{"*.woff2"}, ""},
		"one that a program makes":     {map[string]file{"/thumb.php": {media: "image/png"}, "/x.php/a.webm": {media: "video/webm"}, "/captcha": {media: "image/png"}}, "", nil, "may be made by a program"},
		"one above a page":             {map[string]file{"/a.webm": {media: "video/webm"}}, "<a href=/A.webm/book>", nil, "is above the page /A.webm/book"},
		"one above a form":             {map[string]file{"/a.webm": {media: "video/webm"}}, "<form action=/a.webm?x=1>", nil, "is above the page /a.webm"},
		"one in two spellings":         {map[string]file{"/a.webm": {media: "video/webm"}, "/A.webm": {media: "video/webm"}}, "", []string{"/A.webm"}, ""},
		"one whose path is no rule":    {map[string]file{"/a;b/c.webm": {media: "video/webm"}}, "", nil, "it has ';'"},
		"one of the gateway":           {map[string]file{"/.einlass/c.webm": {media: "video/webm"}}, "", nil, "where the gateway answers itself"},
	} {
		t.Run(name, func(t *testing.T) {
			r := looked(t, serve(t, withFiles(tt.files, tt.more)).URL)
			if got := rulesOf(r); !slices.Equal(got, tt.open) {
				t.Errorf("open is %q, want %q", got, tt.open)
			}
			if got := said(r, "exclude"); tt.said == "" && got != "" || !strings.Contains(got, tt.said) {
				t.Errorf("%q, want %q", got, tt.said)
			}
			wantPlain(t, r)
		})
	}
}

func TestManySingleFilesAreNotListed(t *testing.T) {
	files := map[string]file{}
	for i := range 12 {
		files[fmt.Sprintf("/v/%02d.webm", i)] = file{media: "video/webm"}
	}
	r := looked(t, serve(t, withFiles(files, "")).URL)
	if got := rulesOf(r); len(got) != maxOpen || got[0] != "/v/00.webm" || !strings.Contains(said(r, "exclude"), "name their directory if nothing else is below it") {
		t.Errorf("%q, %q", got, said(r, "exclude"))
	}
}

func TestLinksThatAConfigurationDoesNotTakeAreNone(t *testing.T) {
	for to, want := range map[string]string{
		"/impressum": "/impressum", "impressum?x=1#y": "/impressum?x=1", "/": "", "/?id=imprint": "/?id=imprint", "//x": "", "/a//b": "", "/.einlass/x": "",
		"http://other.example/impressum": "", "https://other.example/impressum": "https://other.example/impressum", "https://termine.example.org/impressum": "/impressum",
		"mailto:impressum@example.org": "", "/" + strings.Repeat("x", 300): "",
	} {
		r := looked(t, serve(t, withFiles(nil, "<a href=\""+to+"\">Impressum</a>")).URL)
		if r.Links.Imprint != want {
			t.Errorf("%q: %q, want %q", to, r.Links.Imprint, want)
		}
	}
}

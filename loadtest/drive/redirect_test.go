package drive_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
)

func TestARedirectIsFollowedOnThisHostAndNowhereElse(t *testing.T) {
	for _, c := range []struct {
		to        string
		elsewhere bool
		end       string
	}{
		{"login", false, "done"}, // beside the page, not below it
		{"/forms/login", false, "done"},
		{"?", false, "failed"}, // in a circle
		{"https://login.example.org/", true, "failed"},
		{"https://HOST/forms/login", true, "failed"},
		{"", true, "failed"},
	} {
		var elsewhere, reached atomic.Int64
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/forms/login":
				reached.Add(1)
			case "/forms/page":
				to := c.to
				if to == "https://HOST/forms/login" {
					to = "https://" + r.Host + "/forms/login"
				}
				w.Header().Set("Location", to)
				w.WriteHeader(http.StatusFound)
			}
		}))
		r, err := drive.Run(t.Context(), drive.Config{
			Target: site.URL, Waves: []drive.Wave{{People: 1}}, Script: []drive.Step{{Path: "/forms/page"}},
			Crowd: drive.Crowd{Think: time.Millisecond},
			Observe: func(s drive.Sample) {
				if s.Elsewhere {
					elsewhere.Add(1)
				}
			},
		})
		site.Close()
		if err != nil {
			t.Fatal(err)
		}
		if r.Ends[c.end] != 1 || (elsewhere.Load() > 0) != c.elsewhere || (reached.Load() > 0) != (c.end == "done") {
			t.Errorf("%q: ends %v, %d elsewhere, %d reached", c.to, r.Ends, elsewhere.Load(), reached.Load())
		}
	}
}

package drive_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
)

// A portal whose first answer to the form that books is that somebody else was quicker, with the portal's menu.
func TestACitizenWhoseAppointmentWasTakenBooksAnother(t *testing.T) {
	portal := quickSite(t)
	calendar, err := http.Get(portal.URL + "/termine")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(calendar.Body)
	calendar.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int64
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/termine/angaben" && tries.Add(1) == 1 {
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write(page)
			return
		}
		portal.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(gone.Close)
	r, err := drive.Run(t.Context(), drive.Config{
		Target: gone.URL, Portal: portal.URL, Waves: []drive.Wave{{People: 1}}, Crowd: drive.Crowd{Think: time.Millisecond, Typing: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ends["booked"] != 1 || r.Portal.Bookings != 1 || tries.Load() != 2 {
		t.Errorf("ends %v, %d bookings at the site after %d tries", r.Ends, r.Portal.Bookings, tries.Load())
	}
}

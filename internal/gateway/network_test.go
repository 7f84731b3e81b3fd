package gateway_test

import (
	"strings"
	"testing"
	"time"
)

// Whose network sends too many reads that it is the network, and not that all of them come at once.
func TestWhoComesFromACrowdedNetworkReadsThat(t *testing.T) {
	s := newFixture(t, slow)
	s.crowded.Store(true)
	a := s.browser().load("GET", "/", "Accept-Language", "en")
	a.want(t, 429, "text/html")
	if !strings.Contains(a.body, "A lot of people are arriving from your internet connection.") || strings.Contains(a.body, "at the same time") {
		t.Errorf("it says:\n%s", tags.ReplaceAllString(a.body, ""))
	}
	if state := a.Header.Get("Einlass-State"); state != "network" {
		t.Errorf("the state is %q", state)
	}
	s.crowded.Store(false)
	s.pass(time.Second)
	if a := s.browser().load("GET", "/"); a.StatusCode != 303 && a.StatusCode != 200 {
		t.Errorf("afterwards: %d", a.StatusCode)
	}
}

// The page of a late form names the bounds that are in force.
func TestThePageOfALateFormSaysHowLongAStayIs(t *testing.T) {
	s := newFixture(t, slow)
	_, send := s.formTooLate(45 * time.Minute)
	if page := send(); !strings.Contains(page, "You were not active for more than 10 minutes, or your time was over. You have 1 hour in all.") {
		t.Errorf("it says:\n%s", page)
	}
}

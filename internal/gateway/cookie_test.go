package gateway_test

import (
	"slices"
	"testing"
	"time"
)

func TestAnAnswerOfTheSiteThatCarriesAPassIsForNobodyElse(t *testing.T) {
	s := newStage(t, slow)
	s.pass(time.Second)
	b := s.browser()
	private := func(a answer) bool { return slices.Contains(a.Header.Values("Cache-Control"), "private") }
	if a := b.load("GET", "/"); a.Header.Get("Set-Cookie") == "" || !private(a) {
		t.Errorf("straight through: %v", a.Header)
	}
	if a := b.load("GET", "/"); a.Header.Get("Set-Cookie") != "" || private(a) {
		t.Errorf("with a young pass nothing is added: %v", a.Header)
	}
	s.pass(6 * time.Minute)
	if a := b.load("GET", "/"); a.Header.Get("Set-Cookie") == "" || !private(a) {
		t.Errorf("extended: %v", a.Header)
	}
}

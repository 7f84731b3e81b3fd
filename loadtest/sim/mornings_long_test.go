//go:build long

package sim

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

func TestSpeyerWithCodesForResidents(t *testing.T) {
	full := scenarios.SpeyerLetters()
	s, err := full.Scale(speyerShare)
	if err != nil {
		t.Fatal(err)
	}
	judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Tick: time.Second})
}

func TestAMorningInHesseWithItsHotline(t *testing.T) {
	full := scenarios.Hessen()
	s, err := full.Scale(0.05)
	if err != nil {
		t.Fatal(err)
	}
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Tick: time.Second})
	if p := r.People; p.CallersNumbered < p.Callers/2 || p.CallersAssisted == 0 || p.CallersBooked == p.CallersAssisted {
		t.Errorf("this was another day: %+v", p)
	}
}

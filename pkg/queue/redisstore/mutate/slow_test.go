package main

import "testing"

func TestSlowScenariosAreToldFromAVerboseRun(t *testing.T) {
	out := `    --- PASS: TestConformance/2_pace (6.29s)
        --- PASS: TestConformance/2_pace/bounds_(all)_hold (5.44s)
        --- PASS: TestConformance/2_pace/quick (0.29s)
        --- PASS: TestConformance/6_loss/a_thousand (0.30s)
`
	want := `^TestConformance$/^2_pace$/^bounds_\(all\)_hold$|^TestConformance$/^6_loss$/^a_thousand$`
	if got := slowOnes(out); got != want {
		t.Errorf("slow ones are %s, want %s", got, want)
	}
	if got := slowOnes("PASS"); got != "" {
		t.Errorf("slow ones of nothing are %s", got)
	}
}

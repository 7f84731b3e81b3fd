package scenarios

import (
	"errors"
	"fmt"
)

// Door is who of the crowd may come; the zero value: everybody.
type Door struct {
	// Group may come, by codes of one use each. A member's devices share one.
	Group string
	// Outsiders is the share of people who are no members, Shared that of them who were given a member's code. Whoever of the two uses
	// it first stands in the line.
	Outsiders, Shared float64
}

func (d *Door) validate(g *Gate) error {
	if *d == (Door{}) {
		return nil
	}
	var errs []error
	for name, share := range map[string]float64{"outsiders": d.Outsiders, "shared": d.Shared} {
		if !(share >= 0 && share <= 1) {
			errs = append(errs, fmt.Errorf("door.%s: must be a share in [0, 1], is %v", name, share))
		}
	}
	if c, err := g.Calendar(); err == nil {
		if _, ok := c.Lane(d.Group); !ok {
			errs = append(errs, fmt.Errorf("door.group: must be a group of the schedule, is %q", d.Group))
		}
	}
	return errors.Join(errs...)
}

// SpeyerLetters is Speyer's morning with codes in the letters of its residents, who were the only ones that were eligible.
func SpeyerLetters() Scenario {
	s := Speyer()
	s.Name, s.Title = "speyer-letters", "Speyer, 14 June 2021, with codes for residents"
	s.Assumed += " Two of five who come are residents. One of fifty outsiders has got a resident's code."
	s.Gate = gateOf(s.Name + ".yaml")
	s.Door = Door{Group: "residents", Outsiders: 0.6, Shared: 0.02}
	s.Expect = append(s.Expect,
		measured("line.outsiders", Expectation{"nobody gets in without a code", func(r *Result) (bool, string) {
			return r.Line.Outsiders == 0, fmt.Sprintf("%d let in without one", r.Line.Outsiders)
		}}),
		measured("line.at_door", Expectation{"outsiders read at the door who may come", func(r *Result) (bool, string) {
			return r.Line.AtDoor > 0, fmt.Sprintf("%d read it there", r.Line.AtDoor)
		}}),
		measured("line.code_used", Expectation{"a code that is shared is one place", func(r *Result) (bool, string) {
			return r.Line.CodesTwice == 0, fmt.Sprintf("%d refused because somebody had used theirs, %d codes in two places, %d let in by a code of somebody else",
				r.Line.CodeUsed, r.Line.CodesTwice, r.Line.Borrowed)
		}}),
	)
	return s
}

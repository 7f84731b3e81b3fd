package booking

import (
	"slices"
	"strings"
	"testing"
)

func TestTheCommandsOfASite(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   []Command
		ok     bool
	}{
		{[]string{"finish"}, []Command{{"finish", Met{"", 1}}}, true},
		{[]string{`booked;count=2;ref="A17", finish`}, []Command{{"booked", Met{"A17", 2}}, {"finish", Met{"", 1}}}, true},
		{[]string{"freed;ref=A17", "sold-out, pause"}, []Command{{"freed", Met{"A17", 1}}, {"sold-out", Met{"", 1}}, {"pause", Met{"", 1}}}, true},
		{[]string{"booked;count=0", "booked;count=-1"}, []Command{{"booked", Met{"", 0}}, {"booked", Met{"", 1}}}, true},
		{[]string{"booked;count=99999"}, []Command{{"booked", Met{"", MaxCount}}}, true},
		{[]string{"booked;count=1.5;ref=?1"}, []Command{{"booked", Met{"", 1}}}, true},
		{[]string{"finish, open"}, []Command{{"finish", Met{"", 1}}}, false},
		{[]string{`"finish"`}, nil, false},
		{[]string{"(finish)"}, nil, false},
		{[]string{"Finish"}, nil, false},
		{[]string{"finish,"}, nil, false},
		{[]string{"finish; booked"}, []Command{{"finish", Met{"", 1}}}, true},
		{[]string{`booked;ref="` + strings.Repeat("x", 300) + `"`}, []Command{{"booked", Met{strings.Repeat("x", 256), 1}}}, true},
		{nil, nil, true},
	} {
		got, ok := ParseCommands(test.values)
		if ok != test.ok || !slices.Equal(got, test.want) {
			t.Errorf("%q: %+v %v, want %+v %v", test.values, got, ok, test.want, test.ok)
		}
	}
}

func FuzzCommands(f *testing.F) {
	f.Add(`booked;count=2;ref="A17", finish`)
	f.Fuzz(func(t *testing.T, text string) {
		all, _ := ParseCommands([]string{text})
		for _, c := range all {
			if !slices.Contains(Commands(), c.Name) || c.Count < 0 || c.Count > MaxCount || len(c.Ref) > MaxRef {
				t.Errorf("%q gives %+v", text, c)
			}
		}
	})
}

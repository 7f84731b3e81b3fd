package config

import (
	"strings"
	"testing"
)

func TestWhatIsNotCountedOrBoundsNothingIsWarnedOf(t *testing.T) {
	const day = `schedule: {zone: Europe/Berlin, openings: [{dates: ["2027-03-01"], start: "08:00"`
	const openings = "rooms[0].schedule.openings: have a quota, and the room has "
	for _, tt := range []struct{ room, want string }{
		{"bookings: [{path: /done}], " + day + ", quota: 9}]}", ""},
		{day + "}]}", ""},
		{day + ", quota: 9}]}", openings + "no rules in bookings: nothing counts but what the site says by Einlass-Command, or an operator"},
		{"commands: [finish], " + day + ", quota: 9}]}", openings + "neither rules in bookings nor booked in commands: nothing counts but what an operator says"},
		{"bookings: [{path: /done}]", "rooms[0].bookings: count, and bound nothing: no opening in schedule has a quota"},
		{"exclude: [/info], bookings: [{path: /info/done}], " + day + ", quota: 9}]}", "rooms[0].bookings[0].path: /info/done is open by exclude /info: answers there count no booking"},
		{"exclude: [/info], frees: [{path: /x}, {path: /info/done}]", "rooms[0].frees[1].path: /info/done is open by exclude /info: answers there give nothing back"},
	} {
		c, err := loadText("listen: {http: \":8080\"}\nrooms: [{id: a, backend: {url: http://127.0.0.1:8000}, "+tt.room+"}]\n", nil, nil)
		if err != nil {
			t.Errorf("%s: %v", tt.room, err)
			continue
		}
		var got []string
		for _, p := range c.Warnings() {
			got = append(got, p.Error())
		}
		if all := strings.Join(got, "\n"); all != tt.want {
			t.Errorf("%s: warned of %q, want %q", tt.room, all, tt.want)
		}
	}
}

func TestARuleOfBookingsIsReadWhole(t *testing.T) {
	c, err := loadText("listen: {http: \":8080\"}\nrooms: [{id: a, backend: {url: http://127.0.0.1:8000}, "+
		"bookings: [{path: /a, method: POST, status: 201, header: \"X-Done: yes\", ref: header X-Id, count: 2}], "+
		"frees: [{redirect: /b, ref: query nr, count: header X-N}], commands: []}]\n", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &c.Rooms[0]
	b, f := r.BookingRules()[0], r.FreeRules()[0]
	if b.Path != "/a" || len(b.Methods) != 1 || b.Status[0] != [2]int{201, 201} || b.Field != "X-Done" || b.Value != "yes" ||
		b.Ref.Name != "x-id" || b.Count.N != 2 {
		t.Errorf("bookings: %+v", b)
	}
	if f.Redirect != "/b" || f.Ref.Name != "nr" || f.Count.Field != "x-n" || len(r.Commands) != 0 {
		t.Errorf("frees: %+v, commands: %v", f, r.Commands)
	}
}

package gateway_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Nobody who asks when the page says so reads of an absence, neither at the front nor after a call, however many wait.
func TestWhoAsksOnTimeIsNeverToldOfAnAbsence(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 240, Burst: 1})
	s.browser().load("GET", "/") // takes what may enter at once
	type person struct {
		*browser
		due   time.Duration
		knows bool // that it is the turn, and asks at the door
	}
	var people []*person
	for i := range 300 {
		p := &person{browser: s.browser()}
		p.load("GET", "/", from(i%250)...).wantState(t, "waiting")
		people = append(people, p)
	}
	entered, seen := 0, map[string]int{}
	step := time.Second
	for now := step; len(people) > 0 && now < 10*time.Minute; now += step {
		s.pass(step)
		var left []*person
		for _, p := range people {
			if now < p.due {
				left = append(left, p)
				continue
			}
			var status struct {
				State string
				Next  int64
			}
			var answer string
			if p.knows {
				answer = p.knock()
			} else {
				answer = p.poll("room=termine&shown=")
			}
			if err := json.Unmarshal([]byte(answer), &status); err != nil {
				t.Fatal(err)
			}
			seen[status.State]++
			if status.State == "called" {
				p.knows = true
				status.State = p.load("GET", "/").Header.Get("Einlass-State") // empty: it is led in
			}
			if status.State == "" || status.State == "inside" {
				entered++
				continue
			}
			p.due = now + time.Duration(status.Next)*time.Millisecond
			left = append(left, p)
		}
		people = left
	}
	if entered != 300 || seen["front"]+seen["missed"]+seen["none"] > 0 {
		t.Errorf("of 300 people who ask on time %d went in, and they saw %v", entered, seen)
	}
}

package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
)

func TestACallersPlaceIsNamedHoweverOftenTheLineWasLost(t *testing.T) {
	o := newOffice(t, nobody)
	first := o.take()
	name := o.nameOf(first)
	for range 40 { // more epochs than those of tickets are remembered
		o.lose()
		o.start(o.line.View().Snapshot.Document)
		o.pass(time.Second)
		o.take()
	}
	o.start(o.line.View().Snapshot.Document)
	found, err := o.names.Find(name.Number, name.Code)
	if err != nil || found.Epoch != first.Ticket.Epoch || found.Number != first.Ticket.Number {
		t.Errorf("by number and code %+v, %v", found, err)
	}
	if _, err := o.names.Find(name.Number, o.nameOf(o.take()).Code); !errors.Is(err, door.ErrWrong) {
		t.Errorf("by the code of another one: %v", err)
	}
}

package adminclient

import (
	"errors"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

// What the gateway asks comes as an error that says what to send, and the act arrives with it.
func TestAnActIsConfirmedByWhatTheGatewayHasAsked(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	act := operator.ModeAct{Mode: operator.WordOpen, Because: operator.Because{Reason: "das Amt will es so"}}
	act.On(1)
	_, err := c.SetMode(t.Context(), "termine", act)
	var asks *Error
	if !errors.Is(err, ErrConfirm) || !errors.As(err, &asks) {
		t.Fatalf("%v", err)
	}
	if asks.Confirm != "3-abc" || asks.Effect != "everybody gets in" || asks.EffectKind != operator.EffectOpenAll || *asks.Count != 3 {
		t.Errorf("%+v", asks.Problem)
	}
	act.Confirm = asks.Confirm
	info, err := c.SetMode(t.Context(), "termine", act)
	if err != nil || info.ID != "termine" || info.Version != 2 || info.ToServe != 7 {
		t.Errorf("%+v, %v", info, err)
	}
	if r.asked.Confirm != "3-abc" || r.asked.Reason != "das Amt will es so" || r.asked.IfVersion != 1 {
		t.Errorf("asked for %+v", r.asked)
	}
}

func TestTheEndOfStaysArrives(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	want := operator.StaysEnd{Number: 17, Code: "7KQ4", Because: operator.Because{Reason: "Probe"}, Confirmed: operator.Confirmed{Confirm: "17-a"}}
	ended, err := c.EndStays(t.Context(), "termine", want)
	if err != nil || ended.Ended != 3 || r.ending != want {
		t.Errorf("%+v, %v; asked for %+v", ended, err, r.ending)
	}
}

package adminclient

import (
	"context"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

func (r *room) ListPlaces(context.Context, string) (operator.PlaceList, error) {
	return operator.PlaceList{ID: "termine", Places: []operator.PlaceInfo{{ID: "termine", Number: 7, Code: "7KQ4-M2PX", State: "waiting"}}}, r.err
}

func (r *room) TakePlace(_ context.Context, id string, n operator.NewPlace) (operator.PlaceInfo, error) {
	return operator.PlaceInfo{ID: id, Number: 8, Code: "7KQ4-M2PX", State: n.Reason}, r.err
}

func (r *room) ActOnPlace(_ context.Context, id, act string, asked operator.PlaceAct) (operator.PlaceInfo, error) {
	return operator.PlaceInfo{ID: id, Number: asked.Number, Code: asked.Code, State: act, Reason: 1}, r.err
}

func (r *room) SendPlace(_ context.Context, id string, asked operator.PlaceSend) (operator.PlaceInfo, error) {
	return operator.PlaceInfo{ID: id, Number: asked.Number, Code: asked.Code, State: asked.To}, r.err
}

func (r *room) RefusePlace(_ context.Context, _, _ string, why error) error { return why }

func TestPlacesAreListedTakenAndActedOn(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	list, err := c.Places(t.Context(), "termine")
	if err != nil || len(list.Places) != 1 || list.Places[0].Number != 7 {
		t.Errorf("%+v, %v", list, err)
	}
	taken, err := c.TakePlace(t.Context(), "termine", operator.NewPlace{Because: operator.Because{Reason: "why"}})
	if err != nil || taken.Number != 8 || taken.State != "why" {
		t.Errorf("%+v, %v", taken, err)
	}
	for _, act := range []string{operator.PlaceFind, operator.PlaceLink, operator.PlaceFront, operator.PlaceRemove} {
		done, err := c.ActOnPlace(t.Context(), "termine", act, operator.PlaceAct{Number: 9, Code: "x"})
		if err != nil || done.Number != 9 || done.State != act || done.Reason != 1 {
			t.Errorf("%s: %+v, %v", act, done, err)
		}
	}
	sent, err := c.SendPlace(t.Context(), "termine", operator.PlaceSend{PlaceAct: operator.PlaceAct{Number: 9, Code: "x"}, To: "0170"})
	if err != nil || sent.Number != 9 || sent.State != "0170" {
		t.Errorf("%+v, %v", sent, err)
	}
	if _, err := c.Places(t.Context(), "andere"); err == nil {
		t.Error("the list of another room is taken")
	}
	if _, err := c.ActOnPlace(t.Context(), "termine", "away", operator.PlaceAct{Number: 9, Code: "x"}); err == nil {
		t.Error("an act that there is not is done")
	}
}

package operator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

// A message with an end is shown until then by the clock of the room, and nobody has to take it away.
func TestAMessageIsOverByTheClock(t *testing.T) {
	h := newHouse(t)
	h.languages = []string{"de", "en"}
	at := h.now.Load()/1000*1000 + 60_000
	end := time.UnixMilli(at).In(time.FixedZone("CET", 3600)).Format(time.RFC3339)
	info, err := h.ask(operator.Change{Message: ptr("Bis elf."), Messages: map[string]*string{"en": ptr("Until eleven.")}, MessageUntil: &end})
	if err != nil || info.MessageExpired || info.MessageUntil != time.UnixMilli(at).UTC().Format(time.RFC3339) {
		t.Fatalf("%q, expired %v, %v", info.MessageUntil, info.MessageExpired, err)
	}
	shown := func() string { v := h.room.View(); return v.Message + v.Messages["en"] }
	for h.now.Load()+250 < at {
		h.tick()
		if shown() != "Bis elf.Until eleven." {
			t.Fatalf("%d ms before the end %q is shown", at-h.now.Load(), shown())
		}
	}
	h.tick()
	h.tick()
	if info, _ := h.Get(h.as(staff), "termine"); shown() != "" || !info.MessageExpired || info.Message != "Bis elf." {
		t.Errorf("after the end %q is shown; the room says %q, expired %v", shown(), info.Message, info.MessageExpired)
	}
	// The end was that of the text of before.
	info, err = h.ask(operator.Change{Message: ptr("Wieder da.")})
	h.tick()
	if err != nil || info.MessageUntil != "" || info.MessageExpired || h.room.View().Message != "Wieder da." {
		t.Errorf("another text: until %q, expired %v, shown %q, %v", info.MessageUntil, info.MessageExpired, h.room.View().Message, err)
	}
	if info.Undo == nil || info.Undo.MessageUntil == nil || *info.Undo.MessageUntil != time.UnixMilli(at).UTC().Format(time.RFC3339) {
		t.Errorf("the undo is %+v", info.Undo)
	}
	_, err = h.ask(operator.Change{Message: ptr("x"), MessageUntil: ptr("11 Uhr")})
	if err == nil || !strings.Contains(err.Error(), "message_until: \"11 Uhr\": want a time such as 2026-12-01T11:00:00+01:00") {
		t.Error(err)
	}
}

package operator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

func TestAMessageIsSetForOneLanguageAndTheOthersStay(t *testing.T) {
	h := newHouse(t)
	for _, step := range []struct{ patch, message, de, en string }{
		{`{"message": "Bald.", "messages": {"de": "Bald geht es weiter."}}`, "Bald.", "Bald geht es weiter.", ""},
		{`{"messages": {"en": "Soon."}}`, "Bald.", "Bald geht es weiter.", "Soon."},
		{`{"messages": {"de": null}}`, "Bald.", "", "Soon."},
		{`{"message": null}`, "", "", "Soon."},
		{`{"messages": {"en": ""}}`, "", "", ""},
	} {
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(step.patch), &members); err != nil {
			t.Fatal(err)
		}
		var c operator.Change
		for name, value := range members {
			if detail, known := c.Read(name, value); detail != "" || !known {
				t.Fatalf("%s: %s", name, detail)
			}
		}
		got, err := h.ask(c)
		if err != nil || got.Message != step.message || got.Messages["de"] != step.de || got.Messages["en"] != step.en {
			t.Errorf("%s makes %q and %q, %v", step.patch, got.Message, got.Messages, err)
		}
	}
}

func TestAMessageIsForALanguageOfTheRoom(t *testing.T) {
	text := "x"
	h := newHouse(t)
	h.languages = []string{"de-simple", "pt-BR"}
	for tag, want := range map[string]string{"de": "de", "DE-Simple": "de-simple", "pt-br": "pt-BR", "PT": "pt"} {
		got, err := h.ask(operator.Change{Messages: map[string]*string{tag: &text}})
		if err != nil || got.Messages[want] != text {
			t.Errorf("%s makes %q, %v", tag, got.Messages, err)
		}
	}
	_, err := h.ask(operator.Change{Messages: map[string]*string{"en": &text}})
	if err == nil || !strings.Contains(err.Error(), "messages.en: the room has no pages in this language: want one of de-simple, pt-BR") {
		t.Errorf("en: %v", err)
	}
	h.languages = []string{"en"} // what the room offers no more can be taken away
	if got, err := h.ask(operator.Change{Messages: map[string]*string{"DE": nil, "pt-BR": nil}}); err != nil || len(got.Messages) != 2 {
		t.Errorf("taken away leaves %q, %v", got.Messages, err)
	}
	if _, err := h.ask(operator.Change{Messages: map[string]*string{"x": &text}}); err == nil || !strings.Contains(err.Error(), `messages: "x" is no language`) {
		t.Errorf("no language: %v", err)
	}
}

func TestAMessageForALanguageIsPlainText(t *testing.T) {
	h := newHouse(t)
	for tag, texts := range map[string][2]string{
		"en": {"a\x1b[2J", "messages.en: has a control character"}, "de": {strings.Repeat("a", 2001), "messages.de"}, "x": {"a", "messages"},
	} {
		_, err := h.ask(operator.Change{Messages: map[string]*string{tag: &texts[0]}})
		var invalid *operator.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), texts[1]) {
			t.Errorf("%s: %v", tag, err)
		}
	}
	var c operator.Change
	for _, value := range []string{"null", `"a"`, `{"de": 5}`} {
		if detail, _ := c.Read("messages", json.RawMessage(value)); !strings.Contains(detail, "a text for each language") {
			t.Errorf("%s: %q", value, detail)
		}
	}
}

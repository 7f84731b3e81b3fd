package queue

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMessagesOfSingleLanguagesAreBeside(t *testing.T) {
	d := Document{Settings: Settings{Message: "Bald."}.Encode()}
	if before := d.Settings; before != `{"message":"Bald."}` || d.Messages() != nil {
		t.Fatalf("settings without messages are %s", before)
	}
	d.SetMessages(map[string]string{"en": "Soon.", "fr": ""})
	if d.Message() != "Bald." || len(d.Messages()) != 1 || d.Messages()["en"] != "Soon." {
		t.Errorf("%s", d.Settings)
	}
	// A release that does not know them reads the message as ever.
	var before struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(d.Settings), &before); err != nil || before.Message != "Bald." {
		t.Errorf("an earlier release reads %q, %v", before.Message, err)
	}
	d.SetMessages(nil)
	if d.Settings != `{"message":"Bald."}` {
		t.Errorf("without messages the settings are %s", d.Settings)
	}
}

func TestEachMessageHasALanguageAndABound(t *testing.T) {
	for tag, bad := range map[string]string{"de": "", "de-simple": "", "english!": `"english!" is no language`, "": `"" is no language`} {
		d := Document{}
		d.SetMessages(map[string]string{tag: strings.Repeat("a", MaxMessage)})
		if err := d.CheckSettings(); (err == nil) != (bad == "") || err != nil && !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", tag, err)
		}
	}
	d := Document{}
	d.SetMessages(map[string]string{"de": "a", "en": strings.Repeat("a", MaxMessage+1)})
	if err := d.CheckSettings(); err == nil || !strings.Contains(err.Error(), "messages.en of 2001 bytes: want at most 2000") {
		t.Errorf("a long one: %v", err)
	}
}

package e2e

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Which languages a room has is in the configuration, and who writes a message asks the admin API, which must have been told.
func TestAMessageIsTakenForTheLanguagesOfTheRoom(t *testing.T) {
	t.Parallel()
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: harness.NewSite(t), Rate: 60}}})
	says := func(tag string) error {
		text := "Bald."
		_, err := g.Operators.Update(t.Context(), "termine", operator.Change{Messages: map[string]*string{tag: &text}})
		return err
	}
	if err := says("en"); err != nil {
		t.Errorf("the room has all languages: %v", err)
	}
	const room = "  - id: termine\n"
	g.Edit(room, room+"    languages: [de]\n")
	g.Reload()
	const refused = "messages.en: the room has no pages in this language: want one of de"
	if err := says("en"); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("English: %v, want %q", err, refused)
	}
	if err := says("de"); err != nil {
		t.Errorf("German: %v", err)
	}
}

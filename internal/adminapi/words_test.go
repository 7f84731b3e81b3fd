package adminapi

import (
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/operator"
)

// Each act and each kind of error that a record can name is said by the operators' pages, in each of their languages.
func TestThePagesHaveWordsForEachActAndKindOfError(t *testing.T) {
	// None of these is recorded.
	never := map[string]bool{
		CodeNotReady: true, CodeMisdirected: true, CodeMethod: true, CodeConfirm: true, CodeMediaType: true, CodeListeners: true, CodeNoRecord: true,
	}
	codes := map[string]bool{CodeTooLarge: true, CodeInternal: true}
	for _, k := range kinds {
		codes[k.code] = !never[k.code]
	}
	acts := []string{
		operator.ActChange, operator.ActOutcome, operator.ActDrawLine, operator.ActKeys, operator.ActReload, operator.ActLog, operator.ActReport,
		operator.LogIn, operator.LogOut, operator.Refused, "stays: end", "place: new", "place: sms", "place: " + operator.PlaceHistory,
		"place: " + operator.PlaceFind, "place: " + operator.PlaceLink, "place: " + operator.PlaceFront, "place: " + operator.PlaceRemove,
	}
	for _, act := range []string{"make", "print", "revoke", "restore", "remove", "invite"} {
		acts = append(acts, "codes: "+act)
	}
	for _, tag := range []string{"de", "en"} {
		data, err := os.ReadFile("../dashboard/locales/" + tag + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var texts struct{ Script map[string]string }
		if err := yaml.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
		for code, recorded := range codes {
			if recorded && texts.Script["audit.why."+code] == "" {
				t.Errorf("%s has no words for %s in the record", tag, code)
			}
		}
		for _, act := range acts {
			if texts.Script["audit.act."+act] == "" {
				t.Errorf("%s has no words for the act %s", tag, act)
			}
		}
	}
}

package web

import (
	"encoding/json"
	"strings"
	"testing"
)

// Sentences call the site as the operator does, in the operator's language; in another they have a word of their own.
func TestSentencesCallTheSiteByItsName(t *testing.T) {
	for _, c := range []struct {
		languages, name, lang, want string
	}{
		{"de en", "", "de", "Die Terminbuchung antwortet gerade nicht"},
		{"de en", "", "en", "The booking site is not answering"},
		{"de en", "Das Impfportal <A>", "de", "Das Impfportal &lt;A&gt; antwortet gerade nicht"},
		{"de en", "Das Impfportal", "en", "The booking site is not answering"},
		{"de de-simple en", "Das Impfportal", "de-simple", "Das Impfportal antwortet im Moment nicht"},
		{"en de", "The vaccination portal", "en", "The vaccination portal is not answering"},
		{"en de", "The vaccination portal", "de", "Die Terminbuchung antwortet gerade nicht"},
	} {
		site := testSite()
		site.Name, site.Languages = c.name, strings.Fields(c.languages)
		p := mustNew(t, site)
		lang, _ := p.LangOf([]byte(c.lang))
		pages := map[string]string{
			"error":        string(p.AppendError(nil, lang, 502, "")),
			"interruption": string(p.AppendInterruption(nil, lang, &Interruption{Status: 502, Target: "/"})),
			"waiting":      string(p.AppendWait(nil, lang, &Wait{Status: Status{State: Down}, Target: "/"})),
			"poll":         string(p.AppendStatus(nil, lang, &Status{State: Down})),
		}
		for page, body := range pages {
			want := c.want
			if page == "poll" {
				var words struct{ Words struct{ Lead string } }
				if err := json.Unmarshal([]byte(body), &words); err != nil {
					t.Fatal(err)
				}
				body, want = words.Words.Lead, strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(want)
			}
			if body = strings.ReplaceAll(body, softHyphen, ""); !strings.Contains(body, want) {
				t.Errorf("%s, %s: the %s does not say %q", c.languages, c.lang, page, want)
			}
		}
		if first := strings.ReplaceAll(pages["error"], softHyphen, ""); strings.Count(first, strings.Split(c.want, " antw")[0]) < 2 && strings.Contains(c.want, "antw") {
			t.Errorf("%s, %s: the title of the document does not say it", c.languages, c.lang)
		}
	}
}

func TestANameThatIsTooLongIsRefused(t *testing.T) {
	site := testSite()
	site.Name = strings.Repeat("x", 61)
	if _, err := mustLibrary(t).Site(site); err == nil || !strings.Contains(err.Error(), "at most 60 bytes") {
		t.Errorf("error %v", err)
	}
}

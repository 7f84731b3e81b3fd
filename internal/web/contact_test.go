package web

import (
	"regexp"
	"strings"
	"testing"
)

var hrefs = regexp.MustCompile(`href="([^"]*)"`)

// What towns write, and what a tap may call or write to.
func TestNumbersAndAddressesInAContactAreLinks(t *testing.T) {
	for contact, want := range map[string]string{
		"":                  "",
		"Rathaus, Zimmer 3": "",
		"06232 140":         "tel:06232140",
		"07131 56-2000":     "tel:07131562000",
		"115":               "tel:115",
		"56-2000":           "tel:562000",
		"06232 140 (Montag bis Freitag, 8 bis 16 Uhr)":       "tel:06232140",
		"Telefon 06232 140, Montag bis Freitag 8 bis 16 Uhr": "tel:06232140",
		"Tel.: (0 62 32) 14 - 0":                             "tel:06232140",
		"Tel. 0 62 32 / 14-0":                                "tel:06232140",
		"(06232) 14-1234":                                    "tel:06232141234",
		"06232/14-0, Mo-Fr 08:00-16:00":                      "tel:06232140",
		"06232 140 8 bis 16 Uhr":                             "tel:06232140",
		"06232 140 8:30 bis 16:00 Uhr":                       "tel:06232140",
		"06232 140, 08.00 bis 16.00 Uhr":                     "tel:06232140",
		"Am 01.12.2026 von 08.00-12.00 Uhr: 06232 140":       "tel:06232140",
		"+49 6232 140":                                       "tel:+496232140",
		"+49 (0) 6232 140":                                   "tel:+496232140",
		"+49 (0)6232/140-22":                                 "tel:+49623214022",
		"+49-30-901820":                                      "tel:+4930901820",
		"0049 6232 140":                                      "tel:00496232140",
		"Behördennummer 115":                                 "tel:115",
		"Telefon: 115 (ohne Vorwahl)":                        "tel:115",
		"Rathausplatz 1, 01067 Dresden, Tel. 0351 4880":      "tel:03514880",
		"01067 Dresden":                                      "",
		"Zimmer 115, 2. Stock":                               "",
		"Impf-Hotline 0800 116 016 (kostenlos)":              "tel:0800116016",
		"Telefon 06232 140, Fax 06232 141":                   "tel:06232140",
		"Telefax: 06232 141":                                 "",
		"06232 140 oder 06232 141":                           "tel:06232140 tel:06232141",
		"buergerbuero@stadt.example":                         "mailto:buergerbuero@stadt.example",
		"Tel. 0731.161-0, E-Mail info@ulm.example.":          "tel:07311610 mailto:info@ulm.example",
		"termine-2026@bürger.example <b>06232 140</b>":       "mailto:termine-2026@bürger.example tel:06232140",
		"IBAN DE89 3704 0044 0532 0130 00":                   "",
		"Mo 08-16 Uhr, Di 0800-1600 Uhr":                     "",
		"Phone 020 7946 0000 (9 am to 5 pm)":                 "tel:02079460000",
		"24.12.2026 geschlossen":                             "",
		"Aktenzeichen A0623214055":                           "",
		"Montag 7:05-12 Uhr":                                 "",
		"Rufen Sie an: 0176 12345678. Wir helfen.":           "tel:017612345678",
	} {
		html := contactHTML(contact)
		var found []string
		for _, m := range hrefs.FindAllStringSubmatch(html, -1) {
			found = append(found, m[1])
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q links to %q, want %q", contact, got, want)
		}
		if text := regexp.MustCompile(`</?a[^>]*>`).ReplaceAllString(html, ""); text != escaped(contact) {
			t.Errorf("%q reads %q", contact, text)
		}
	}
}

func TestALinkInAContactHoldsNoPunctuationBehindIt(t *testing.T) {
	html := contactHTML("Tel. (06232) 140 (Mo-Fr)")
	if want := `Tel. <a href="tel:06232140">(06232) 140</a> (Mo-Fr)`; html != want {
		t.Errorf("%s, want %s", html, want)
	}
}

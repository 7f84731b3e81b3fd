package setup

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// monday is when tests ask.
var monday = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// good is an answer to each question.
func good() map[string]string {
	return map[string]string{
		"site": "http://10.0.0.5:8080", "name": "termine.example.org", "hours": "always", "proxy": "nginx", "admin": "it-amt",
	}
}

func TestGoodAnswers(t *testing.T) {
	for flag, answers := range map[string]map[string]func(*Answers) bool{
		"site": {
			"http://10.0.0.5:8080/":          func(a *Answers) bool { return a.Site.String() == "http://10.0.0.5:8080" },
			"https://termine.example.org/de": func(a *Answers) bool { return a.Site.Path == "/de" && a.Site.Scheme == "https" },
			"http://[::1]:80":                func(a *Answers) bool { return a.Site.Host == "[::1]:80" },
		},
		"name": {
			"Termine.Example.org":          func(a *Answers) bool { return slices.Equal(a.Names, []string{"termine.example.org"}) },
			"https://termine.example.org/": func(a *Answers) bool { return slices.Equal(a.Names, []string{"termine.example.org"}) },
			"www.bürger.example, bürger.example": func(a *Answers) bool {
				return slices.Equal(a.Names, []string{"www.xn--brger-kva.example", "xn--brger-kva.example"}) && a.Room() == "xn--brger-kva"
			},
			"www.stadt.example;www.stadt.example":    func(a *Answers) bool { return len(a.Names) == 1 && a.Room() == "stadt" },
			"192.0.2.7":                              func(a *Answers) bool { return a.Room() == "termine" },
			strings.Repeat("a", 40) + ".example.org": func(a *Answers) bool { return a.Room() == strings.Repeat("a", 32) },
		},
		"proxy": {
			"none":  func(a *Answers) bool { return a.Proxy.Kind == none && !a.Proxy.Here() },
			"Caddy": func(a *Answers) bool { return a.Proxy.Kind == "caddy" && a.Proxy.Here() },
			"10.0.0.7, 10.1.0.0/16": func(a *Answers) bool {
				return len(a.Proxy.Trusted) == 2 && a.Proxy.Trusted[1].String() == "10.1.0.0/16"
			},
		},
	} {
		for text, ok := range answers {
			given := good()
			given[flag] = text
			if a, err := Read(given, monday); err != nil || !ok(a) {
				t.Errorf("--%s %s: %+v, %v", flag, text, a, err)
			}
		}
	}
}

func TestEachWrongAnswerHasItsReason(t *testing.T) {
	for flag, answers := range map[string]map[string]string{
		"site": {
			"": "is empty; want http://", "10.0.0.5:8080": "is it http://10.0.0.5:8080?", "Termine der Stadt": "is no address of a site", "ftp://x": "is no address of a site", "http://": "is no address of a site",
			"http://a:b@x": "user name or password", "http://x/?q=1": "query or fragment", "http://x:99999": "99999", "http://x/%zz": "is no address of a site",
		},
		"name": {
			"": "is empty", "termine.example.org/buchen": "is not a host name", "termine .example!": "is not a host name", "*.example.org": "stands for many names",
			"https://termine.example.org:8443": "is not a host name",
		},
		"hours": {
			"": "is empty", "thusday 08:00": "did you mean thursday?", "tuesday 25:00": `"25:00" is no clock`, "tuesday": "names no clock", "08:00": "names no day",
			"2020-01-06 08:00": "is over already", "31.2.2027 08:00": "is no date", "tuesday 08:00-12:00 14:00": "second clock",
			"tuesday 08:00 Europe/Berlim": "is no zone", "tuesday 08:00; tuesday 08:10": "openings[1]", "xyzzy 08:00": "is no day; want always", "mon-xyzzy 08:00": "is no day",
			"tuesday 08:00-26:00": `"26:00" is no clock`,
		},
		"proxy": {
			"": "is empty", "ngnix": "did you mean nginx?", "0.0.0.0/0": "is everybody", "10.1.2.3/16": "did you mean 10.1.0.0/16?", "balancer.example.org": "is not accepted", ",": "is not accepted",
		},
		"admin": {"": "want 1 to 32", "Anna Müller": "want 1 to 32", "token": "stands for something else"},
	} {
		for text, want := range answers {
			given := good()
			given[flag] = text
			if a, err := Read(given, monday); err == nil || !strings.Contains(err.Error(), "--"+flag+": ") || !strings.Contains(err.Error(), want) {
				t.Errorf("--%s %q: %+v, %v; want %q", flag, text, a, err, want)
			}
		}
	}
}

func TestAllThatIsWrongOrMissingIsSaidAtOnce(t *testing.T) {
	_, err := Read(map[string]string{"site": "x", "admin": "it-amt"}, monday)
	for _, want := range []string{"--site: ", "--name is missing", "--hours is missing", "--proxy is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	t.Setenv("TZ", "Europe/Vienna")
	weekdays := []string{"monday", "tuesday", "wednesday", "thursday", "friday"}
	for text, want := range map[string][]plan.Opening{
		"always":                         nil,
		"Immer":                          nil,
		"tuesday 8:00-12:00":             {{Days: []string{"tuesday"}, Lobby: "07:30", Start: "08:00", End: "12:00"}},
		"Di, Do 8:00 bis 12:00":          {{Days: []string{"tuesday", "thursday"}, Lobby: "07:30", Start: "08:00", End: "12:00"}},
		"Mo-Fr 08:00 – 16:00 Uhr":        {{Days: weekdays, Lobby: "07:30", Start: "08:00", End: "16:00"}},
		"sat-mon 00:10":                  {{Days: []string{"saturday", "sunday", "monday"}, Lobby: "23:40", Start: "00:10"}},
		"7.12.2026 um 08:00":             {{Dates: []string{"2026-12-07"}, Lobby: "07:30", Start: "08:00"}},
		"2026-12-07 08:00; friday 10:00": {{Dates: []string{"2026-12-07"}, Lobby: "07:30", Start: "08:00"}, {Days: []string{"friday"}, Lobby: "09:30", Start: "10:00"}},
	} {
		h, err := ParseHours(text, monday)
		if err != nil || len(h.Openings) != len(want) {
			t.Errorf("%q: %+v, %v", text, h, err)
			continue
		}
		for i, o := range h.Openings {
			w := want[i]
			if !slices.Equal(o.Days, w.Days) || !slices.Equal(o.Dates, w.Dates) || o.Lobby != w.Lobby || o.Start != w.Start || o.End != w.End {
				t.Errorf("%q: %+v", text, o)
			}
		}
		if len(want) > 0 && (h.Zone != "Europe/Vienna" || h.Zoned || h.Between != plan.Closed) {
			t.Errorf("%q: %+v", text, h)
		}
	}
	if h, err := ParseHours("daily 9:00 America/New_York", monday); err != nil || h.Zone != "America/New_York" || !h.Zoned || len(h.Openings[0].Days) != 7 {
		t.Errorf("%+v, %v", h, err)
	}
	for _, zone := range []string{"UTC", "Etc/UTC", "Nowhere/At_all"} {
		t.Setenv("TZ", zone)
		if got := localZone(); got != "Europe/Berlin" {
			t.Errorf("%s: %s", zone, got)
		}
	}
}

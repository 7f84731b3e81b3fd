package setup

import (
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// FuzzAnswersThatAreTakenMakeAConfiguration: what a question takes, a gateway takes.
func FuzzAnswersThatAreTakenMakeAConfiguration(f *testing.F) {
	for flag, texts := range map[string][]string{
		"site":  {"http://10.0.0.5:8080", "https://[::1]:8443/a b", "http://a_b", "http://x:", "http://x:080", "http://[fe80::1%25eth0]"},
		"name":  {"termine.example.org", "192.0.2.7,bürger.example", "::1", "xn--a", "a.example, A.example..", "A..,a"},
		"hours": {"tue 8:00-12:00; 2026-12-24 10:00", "Mo–So 0:10 bis 0:05 Europe/Berlin", "daily 23:59", "24/7", "mon-tue 8:00 ../Berlin", "mon 8:00 Local/x"},
		"proxy": {"10.0.0.7", "none", "::/1,10.0.0.7", "apache", "fe80::1%eth0", "::ffff:10.0.0.7/104"},
		"admin": {"it-amt", "a", "x.y", "1"},
	} {
		for _, text := range texts {
			f.Add(flag, text)
		}
	}
	f.Fuzz(func(t *testing.T, flag, text string) {
		given := good()
		given[flag] = text
		a, err := Read(given, monday)
		if err != nil {
			return
		}
		d := Draft{Answers: *a, File: Installed, StateDir: "/var/lib/einlass", Fronts: "f", CertFile: "/c", KeyFile: "/k", Now: monday}
		file := d.Render()
		if _, err := config.Parse(config.Source{}, file); err != nil {
			t.Errorf("%v\n%s", err, file)
		}
		d.Summary()
	})
}

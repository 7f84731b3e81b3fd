package setup

import (
	"errors"
	"strings"
	"testing"
)

func TestEachQuestionIsAskedUntilItsAnswerIsGood(t *testing.T) {
	var out strings.Builder
	typed := "10.0.0.5\nhttp://10.0.0.5\n\n termine.example.org \ntuesday 25:00\ntuesday 8:00\n\nAnna\n\n"
	a, err := NewDialog(strings.NewReader(typed), &out).Ask(map[string]string{}, monday)
	if err != nil {
		t.Fatal(err)
	}
	if a.Site.Host != "10.0.0.5" || a.Names[0] != "termine.example.org" || a.Hours.Openings[0].Start != "08:00" || a.Proxy.Kind != "nginx" || a.Admin != "admin" {
		t.Errorf("%+v", a)
	}
	screen := out.String()
	for _, q := range questions() {
		if strings.Count(screen, q.text) != 1 || !strings.Contains(strings.Join(strings.Fields(screen), " "), q.why) {
			t.Errorf("%s: asked %d times, or without why", q.flag, strings.Count(screen, q.text))
		}
		if q.fallback != "" && !strings.Contains(screen, "["+q.fallback+"] > ") {
			t.Errorf("%s: no default in brackets", q.flag)
		}
	}
	for _, want := range []string{"1 of 5", "5 of 5", "Not taken: \"10.0.0.5\" does not say http://", "Not taken: is empty", `Not taken: "25:00" is no clock`, "Not taken: \"Anna\""} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
}

func TestWhatAFlagAnswersIsNotAsked(t *testing.T) {
	var out strings.Builder
	given := good()
	delete(given, "name")
	a, err := NewDialog(strings.NewReader("a.example\n"), &out).Ask(given, monday)
	if err != nil || a.Names[0] != "a.example" || a.Admin != "it-amt" || strings.Contains(out.String(), "1 of 5") || !strings.Contains(out.String(), "2 of 5") {
		t.Errorf("%+v, %v\n%s", a, err, &out)
	}
	given["proxy"] = "ngnix"
	out.Reset()
	if _, err := NewDialog(strings.NewReader("a.example\n"), &out).Ask(given, monday); err == nil || !strings.Contains(err.Error(), "--proxy: ") || out.Len() > 0 {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestAnInputThatEndsNamesTheFlags(t *testing.T) {
	var out strings.Builder
	_, err := NewDialog(strings.NewReader("http://10.0.0.5\n"), &out).Ask(map[string]string{"hours": "always"}, monday)
	if !errors.Is(err, ErrEnded) || !strings.HasSuffix(err.Error(), "nothing was written; give --name, --proxy, --admin") {
		t.Errorf("%v", err)
	}
}

func TestAnotherAddressIsAskedFor(t *testing.T) {
	a, err := Read(good(), monday)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	d := NewDialog(strings.NewReader("nonsense\nhttp://10.0.0.6\n\nBlind\n"), &out)
	for i, want := range []bool{true, true, false} {
		if again, err := d.Another(monday, a, errors.New("the site answers 500")); again != want || err != nil {
			t.Errorf("%d: %v, %v", i, again, err)
		}
	}
	if a.Site.Host != "10.0.0.6" || !strings.Contains(out.String(), `Not taken: "nonsense"`) || !strings.Contains(out.String(), "Not seen: the site answers 500.") {
		t.Errorf("%v\n%s", a.Site, &out)
	}
	if _, err := d.Another(monday, a, errors.New("the site answers 500")); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}

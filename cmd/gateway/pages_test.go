package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
)

// withPages names a folder with one file.
func withPages(file, text, languages string) func(*world) {
	return func(w *world) {
		if err := os.MkdirAll(w.path("pages"), 0o700); err != nil {
			w.t.Fatal(err)
		}
		w.write(filepath.Join("pages", file), text, 0o600)
		w.edit("[de, en]\n", languages+"\n    pages: DIR/pages\n")
	}
}

func mistakesOfPages() []mistake {
	return []mistake{
		{name: "no folder of pages", spoil: edits("[de, en]\n", "[de, en]\n    pages: DIR/none\n"), key: "rooms[0].pages", at: "pages:", say: "no such file"},
		{name: "a file for a folder of pages", spoil: edits("[de, en]\n", "[de, en]\n    pages: DIR/token\n"), key: "rooms[0].pages", at: "pages:", say: "is not a folder"},
		{name: "an unknown sentence", spoil: withPages("de.yaml", "\nnothing: x\nmore: y\n", "[de]"), key: "rooms[0].pages", at: "pages:", say: "de.yaml:3: more: unknown key"},
		{name: "a sentence that is not plain", spoil: withPages("de.yaml", "state:\n  waiting:\n    heading: Sie sind gleich dran\n", "[de]"), key: "rooms[0].pages", at: "pages:", say: `de.yaml:3: state.waiting.heading: "dran" has another word`, is: warns},
		{name: "a pale colour", spoil: withPages("colours.yaml", "light:\n  accent: \"#ff8c00\"\n", "[de]"), key: "rooms[0].pages", at: "pages:", say: "colours.yaml:2: light.accent: accent #ff8c00 on card #ffffff has a contrast of 2.33:1; want at least 4.5:1"},
		{name: "a logo that runs", spoil: withPages("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">\n<script/></svg>", "[de]"), key: "rooms[0].pages", at: "pages:", say: "logo.svg: line 2 has <script>"},
		{name: "a language that the folder lacks", spoil: withPages("de.yaml", "", "[de, fr]"), key: "rooms[0].languages[1]", at: "[de, fr]", say: "/pages has no fr.yaml, which would bring them"},
		{name: "two languages that the folder lacks", spoil: withPages("de.yaml", "", "[fr, de, it]"), key: "rooms[0].languages[2]", at: "[fr, de, it]", say: `there are no pages in "it"; want some of de`},
	}
}

func TestMistakesOfTheFileAndOfItsFolderAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	withPages("de.yaml", "\nnothing: x\nmore: y\n", "[de]")(w)
	w.edit("rate: 60", "rate: -5")
	w.edit("rooms:", "prefix: /wait/\nlog: {level: loud}\nrooms:") // the folder is read under a prefix that is good
	file := w.file()
	code, _, said := w.check(file)
	for _, want := range []string{"prefix: ", "log.level: ", "rooms[0].pace.rate: ", "de.yaml:2: nothing: unknown key", "de.yaml:3: more: unknown key", ": 5 problems"} {
		if code != exitFault || !strings.Contains(said, want) {
			t.Errorf("exit code %d, without %q:\n%s", code, want, said)
		}
	}
	if started, log := w.start(file); started != exitConfig || !strings.Contains(log, "de.yaml:3: more: unknown key") || !strings.Contains(log, "log.level: ") {
		t.Errorf("the start ends with %d:\n%s", started, log)
	}
}

func TestALanguageThatTheFolderLacksIsSaidBesideMistakesOfTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	withPages("de.yaml", "", "[fr, de]")(w)
	w.edit("rate: 60", "rate: -5")
	if code, _, said := w.check(w.file()); code != exitFault || !strings.Contains(said, "/pages has no fr.yaml") || !strings.Contains(said, ": 2 problems") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}

func TestAFolderThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	err := namesFolder("/etc/einlass/pages", &fs.PathError{Op: "open", Path: ".", Err: fs.ErrPermission})
	if err == nil || err.Error() != "open /etc/einlass/pages: permission denied" || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("said is %v", err)
	}
	if err := namesFolder("/x", nil); err != nil {
		t.Errorf("without an error: %v", err)
	}
}

func TestAReloadReadsTheFolderAgainAndKeepsWhatWasGood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	say := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "en.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	say("error:\n  \"404\":\n    heading: Nothing of the kind\n")
	p := &draft{dir: t.TempDir(), rooms: []planned{{"a", newSite(t).backend(), "    languages: [en]\n    pages: " + dir + "\n"}}}
	r := run(t, p)
	read := func() (*config.Config, error) { return p.load(t), nil }
	shows := func(want string) {
		t.Helper()
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, body := r.get(r.newClient(jar), "a", "/.einlass/none?room=a"); !strings.Contains(body, want) {
			t.Errorf("the page does not say %q: %s", want, body)
		}
	}
	shows("Nothing of the kind")
	say("error:\n  \"404\":\n    heading: Nothing at all\n")
	r.reload(t.Context(), read)
	shows("Nothing at all")
	if changed := r.logs.FilterMessage("configuration in force").FilterField(zap.Strings("rooms_changed", []string{"a"})).Len(); changed != 1 {
		t.Errorf("the log does not say that the room has changed: %v", r.logs.All())
	}
	r.reload(t.Context(), read)
	if r.logs.FilterField(zap.Bool("unchanged", true)).Len() != 1 {
		t.Error("the log does not say that nothing has changed")
	}
	say("error:\n  \"404\":\n    haeding: Nothing\n")
	r.reload(t.Context(), read)
	shows("Nothing at all")
	if r.logs.FilterMessageSnippet("the one before stays").Len() != 1 {
		t.Error("the log does not say that the folder was refused")
	}
}

func TestTheSentencesOfALanguageArePrinted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetOut(&out)
	root.SetArgs([]string{"pages", "reference", "de"})
	if err := root.Execute(); err != nil || !strings.Contains(out.String(), "  name: Deutsch\n") {
		t.Errorf("%v, %.100s", err, out.String())
	}
	root.SetArgs([]string{"pages", "reference", "tlh"})
	if err := root.Execute(); err == nil || !strings.Contains(err.Error(), "want one of de") {
		t.Errorf("an unknown language: %v", err)
	}
}

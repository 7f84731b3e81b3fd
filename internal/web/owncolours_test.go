package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func mustThemes(t *testing.T) themes {
	t.Helper()
	style, err := assetFiles.ReadFile("assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := builtInThemes(style)
	if err != nil {
		t.Fatal(err)
	}
	return ours
}

func TestTheStylesheetHasEveryColourThatAFolderMayChange(t *testing.T) {
	ours := mustThemes(t)
	for _, name := range ownColours {
		if ours.light[name] == ours.dark[name] {
			t.Errorf("%s: is %v in both themes", name, ours.light[name])
		}
	}
	for name, style := range map[string]string{
		"one theme":        ":root { --text: #000; }",
		"a missing colour": ":root { --text: #000; }\n@media (prefers-color-scheme: dark) { :root { --text: #fff; } }",
	} {
		if _, err := builtInThemes([]byte(style)); err == nil {
			t.Errorf("%s: is accepted", name)
		}
	}
}

func TestColoursOfAFolderAreAStyle(t *testing.T) {
	ours := mustThemes(t)
	for name, c := range map[string]struct{ file, want string }{
		"both themes": {
			"light:\n  accent: \"#8b0000\"\n  ground: \"#FFF\"\ndark:\n  accent: '#ffb3b3'\n",
			"@media screen{:root{--accent:#8b0000;--ground:#ffffff;}}@media screen and (prefers-color-scheme:dark){:root{--accent:#ffb3b3;--ground:" + ours.dark["ground"].String() + ";}}",
		},
		// Light alone leaves the dark as it is.
		"light": {"light: {text: \"#000000\"}\n", "@media screen{:root{--text:#000000;}}@media screen and (prefers-color-scheme:dark){:root{--text:" + ours.dark["text"].String() + ";}}"},
		"dark":  {"dark: {text: \"#ffffff\"}\n", "@media screen and (prefers-color-scheme:dark){:root{--text:#ffffff;}}"},
		"none":  {"# nothing yet\n", ""},
		"empty": {"", ""},
	} {
		if css, problems := readColours([]byte(c.file), ours); css != c.want || len(problems) > 0 {
			t.Errorf("%s: %s, want %s; %v", name, css, c.want, problems)
		}
	}
}

func TestColoursWithoutContrastAreRefusedWithLineAndFigure(t *testing.T) {
	ours := mustThemes(t)
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a pale accent": {"light:\n  accent: \"#ff8c00\"\n", []string{
			"colours.yaml:2: light.accent: accent #ff8c00 on card #ffffff has a contrast of 2.33:1; want at least 4.5:1",
			"colours.yaml:2: light.accent: on_accent #ffffff on accent #ff8c00 has a contrast of 2.33:1",
		}},
		"4.48 is not 4.5":           {"light: {quiet: \"#777\"}", []string{"quiet #777777 on card #ffffff has a contrast of 4.47:1"}},
		"a ground":                  {"light:\n  text: \"#ffffff\"\n  ground: \"#000000\"\n", []string{"colours.yaml:2: light.text: text #ffffff on card #ffffff", "text #ffffff on note", "colours.yaml:3: light.ground: quiet "}},
		"the dark":                  {"dark:\n\n  text: \"#333\"\n", []string{"colours.yaml:3: dark.text: text #333333 on ground"}},
		"a name":                    {"light: {accent: red}", []string{`colours.yaml:1: light.accent: "red" is not accepted; want a colour in quotes`}},
		"a comment":                 {"light:\n  accent: #0b4a6f\n", []string{`colours.yaml:2: light.accent: "" is not accepted; want a colour in quotes`}},
		"what would end the style":  {"light: {accent: \"#000}</style>\"}", []string{"is not accepted"}},
		"an unknown colour":         {"light:\n  accent: \"#0b4a6f\"\n  link: \"#000\"\n", []string{"colours.yaml:3: light.link: unknown key; accepted: accent, on_accent, ground, card, text, quiet"}},
		"an unknown theme":          {"accent: \"#000\"", []string{"colours.yaml:1: accent: unknown key; accepted: light, dark"}},
		"a theme that is a colour":  {"light: \"#000\"", []string{"colours.yaml:1: light: want some of accent, "}},
		"a list":                    {"- light", []string{"colours.yaml:1: want some of light, dark below it"}},
		"twice":                     {"light: {text: \"#000\"}\nlight: {text: \"#111\"}\n", []string{"colours.yaml:2: light: is given twice"}},
		"two documents":             {"light: {text: \"#000\"}\n---\nlight: {}\n", []string{"a second document begins here"}},
		"no YAML":                   {"light: [", []string{"colours.yaml: not YAML: "}},
		"a bar that nobody can see": {"dark: {accent: \"#888888\", on_accent: \"#000000\"}", []string{"accent #888888 on track #33434f has a contrast of"}},
	} {
		css, problems := readColours([]byte(c.file), ours)
		var said strings.Builder
		for _, p := range problems {
			said.WriteString(p.Error() + "\n")
		}
		for _, want := range c.want {
			if css != "" || !strings.Contains(said.String(), want) {
				t.Errorf("%s: %q, and not %q:\n%s", name, css, want, &said)
			}
		}
	}
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

func TestColoursAndLogoAreOnEveryPageAndInItsPolicy(t *testing.T) {
	lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{"colours.yaml": "light: {accent: \"#8b0000\"}\n", "logo.svg": aLogo}))
	if err != nil {
		t.Fatal(err)
	}
	site, err := lib.Site(testSite())
	if err != nil {
		t.Fatal(err)
	}
	logo, err := readLogo(logoSVG, []byte(aLogo))
	if err != nil {
		t.Fatal(err)
	}
	pages := everyPage(site)
	for name, body := range pages {
		styles := styleElement.FindAllSubmatch(body, -1)
		if len(styles) != 2 || !strings.Contains(string(styles[1][1]), "--accent:#8b0000;") {
			t.Fatalf("%s: the styles are %.300q", name, styles)
		}
		for _, headers := range [][]string{site.Headers(), site.PressHeaders(), site.WindowHeaders()} {
			for _, style := range styles {
				if source := hashSource(string(style[1])); !strings.Contains(headers[1], source) {
					t.Errorf("%s: the policy does not allow %.60s: %s", name, style[1], headers[1])
				}
			}
		}
		if want := `<img class="logo" src="` + logo + `" alt="">` + escaped(testSite().Title) + `</p>`; strings.Count(string(body), want) != 1 {
			t.Errorf("%s: the logo is not in the header above the title", name)
		}
	}
	// Rooms without a folder have the pages and the policy that they had.
	plain := mustNew(t, testSite())
	if page := plain.AppendError(nil, 0, 404, ""); len(styleElement.FindAll(page, -1)) != 1 || strings.Contains(string(page), "<img") {
		t.Errorf("%s", page)
	}
	if slices.Equal(plain.Headers(), site.Headers()) {
		t.Error("both policies are the same")
	}
}

func TestAFolderWithoutColoursOrLogoHasOurs(t *testing.T) {
	lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{"de.yaml": ""}))
	if err != nil {
		t.Fatal(err)
	}
	site, err := lib.Site(testSite())
	if err != nil {
		t.Fatal(err)
	}
	if page := site.AppendError(nil, 0, 404, ""); len(styleElement.FindAll(page, -1)) != 1 || !slices.Equal(site.Headers(), mustNew(t, testSite()).Headers()) {
		t.Errorf("%s", page)
	}
}

func TestWhatIsWrongWithLogoAndColoursIsSaidWithTheSentences(t *testing.T) {
	_, err := NewOwnLibrary("/.einlass", folder(map[string]string{
		"colours.yaml": "light:\n  text: \"#ccc\"\n", "logo.svg": "<svg>\n<script/></svg>", "logo.png": "x", "de.yaml": "nothing: x\n", "logo.gif": "x",
	}))
	for _, want := range []string{
		"colours.yaml:2: light.text: text #cccccc on ground", "logo.svg: line 1 begins with <svg>", "logo.svg: line 2 has <script>", "logo.png: is no PNG",
		"de.yaml:1: nothing: unknown key", "logo.gif: is not the name of a language's file; want a tag and .yaml, as in de.yaml, fr.yaml, pt-BR.yaml, or colours.yaml, logo.svg, logo.png",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("not %q: %v", want, err)
		}
	}
	for name, files := range map[string]map[string]string{
		"logo.svg: is larger than 8 KB":      {"logo.svg": aLogo + strings.Repeat(" ", longestLogo)},
		"logo.svg: there is a logo.png, too": {"logo.svg": aLogo, "logo.png": string(pixels(t, 9, 9))},
		"colours.yaml: line 2 is not text":   {"colours.yaml": "\n\xff"},
	} {
		if _, err := NewOwnLibrary("/.einlass", folder(files)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("not %q: %v", name, err)
		}
	}
}

func TestAFolderIsKnownByAllThatIsInIt(t *testing.T) {
	sums := map[string]string{}
	for name, files := range map[string]map[string]string{
		"a sentence": {"de.yaml": "label: {start: Los}\n"}, "another": {"de.yaml": "label: {start: Auf}\n"},
		"colours": {"colours.yaml": "{light: {text: \"#000\"}}"}, "a logo": {"logo.svg": aLogo}, "none": {".git": "x"},
	} {
		lib, err := NewOwnLibrary("/.einlass", folder(files))
		if err != nil {
			t.Fatal(err)
		}
		if before, known := sums[lib.Folder()]; known || lib.Folder() == "" {
			t.Errorf("%s is known as %s", name, before)
		}
		sums[lib.Folder()] = name
	}
	if mustLibrary(t).Folder() != "" {
		t.Error("there is a folder where there is none")
	}
}

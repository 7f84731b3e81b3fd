package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What a council reads of Speyer is what was played, and of the crowd what was measured.
func TestThePaperForTheCouncilSaysWhatWasPlayedAndMeasured(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	paper := strings.Join(strings.Fields(read("de/entscheidung.md")), " ")
	speyer := regexp.MustCompile(`(?m)^\| Speyer, 14 June 2021 \| ([\d,]+) \| (\d+) of ([\d,]+) \| ([\d,]+) of [\d,]+ \|[^|]*\| (\d+) / 0 \|`).
		FindStringSubmatch(read("mornings.md"))
	burst := regexp.MustCompile(`(?m)^\| embedded store \| ([\d.]+) s \|.*100,000`).FindStringSubmatch(read("performance.md"))
	if speyer == nil || burst == nil {
		t.Fatal("the figures are not there any more")
	}
	german := strings.NewReplacer(",", ".", ".", ",")
	for _, says := range []string{
		"mit " + german.Replace(speyer[1]) + " Menschen",
		speyer[2] + " von " + german.Replace(speyer[3]) + " Terminen",
		"mit ihm alle " + german.Replace(speyer[4]),
		speyer[5] + "-mal",
		german.Replace(burst[1]) + " Sekunden mit Nummer",
	} {
		if !strings.Contains(paper, says) {
			t.Errorf("the paper does not say %q", says)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)

// anchors are what links can lead to in a document: its headings, as GitHub names them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all[strings.ReplaceAll(name, " ", "-")] = true
	}
	return all
}

func TestTheDocumentsForTownsLinkToWhatThereIs(t *testing.T) {
	for _, file := range []string{
		"de/installation.md", "de/betrieb.md", "de/datenschutz.md", "de/barrierefreiheit.md", "de/entscheidung.md", "limits.md",
	} {
		text, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		dir := "../../docs/" + file[:strings.LastIndex(file, "/")+1]
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			n++
			target := text
			if found[1] != "" {
				if target, err = os.ReadFile(dir + found[1]); err != nil {
					t.Errorf("%s: %v", file, err)
					continue
				}
			}
			if found[2] != "" && !anchors(string(target))[found[2]] {
				t.Errorf("%s: %s has no heading for #%s", file, found[1], found[2])
			}
		}
		if n == 0 {
			t.Errorf("%s links to nothing", file)
		}
	}
}

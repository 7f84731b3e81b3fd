package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/setup"
	"github.com/einlass/einlass/test/docs/blocks"
)

// installation is the manual that TestFromABareDebianToABookingAndBack follows.
const installation = top + "/docs/de/installation.md"

var written = regexp.MustCompile(`(?s)<<'END'\n(.*?)END\n`)

// What the manual lets an administrator write is five lines, which a gateway takes, and which fit the example for nginx.
func TestTheManualSaysFiveLinesThatFitTheFront(t *testing.T) {
	all, err := blocks.Read(installation)
	if err != nil {
		t.Fatal(err)
	}
	found := written.FindStringSubmatch(all.Text["installation-einstellen"])
	if found == nil {
		t.Fatal("the manual writes no configuration")
	}
	if n := strings.Count(found[1], "\n"); n != 5 {
		t.Errorf("%d lines", n)
	}
	file := filepath.Join(t.TempDir(), "einlass.yaml")
	if err := os.WriteFile(file, []byte(found[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	front, err := os.ReadFile(top + "/configs/fronts/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(front), "server "+c.Listen.HTTP+" ") {
		t.Errorf("nginx does not lead to %s", c.Listen.HTTP)
	}
	if name := c.Rooms[0].Hosts[0]; !strings.Contains(string(front), "server_name "+name+";") {
		t.Errorf("nginx is not for %s", name)
	}
	for _, file := range regexp.MustCompile(`-(?:out|keyout) (\S+)`).FindAllStringSubmatch(all.Text["installation-zertifikat"], -1) {
		if !strings.Contains(string(front), " "+file[1]+";") {
			t.Errorf("nginx does not read %s", file[1])
		}
	}
	if !slices.Contains(all.Names, "installation-oeffnung") {
		t.Error("there is no first opening")
	}
}

// guided is the manual's command that answers all questions.
var guided = regexp.MustCompile(`(?m)^    gateway init --force (--site .*)$`)

// Both ways of the manual lead to the same gate, so that all that it says afterwards is true for both.
func TestTheGuidedWayOfTheManualIsTheOneByHand(t *testing.T) {
	text, err := os.ReadFile(installation)
	if err != nil {
		t.Fatal(err)
	}
	found := guided.FindSubmatch(text)
	if found == nil {
		t.Fatal("the manual has no guided way")
	}
	given := map[string]string{}
	for flag := range strings.SplitSeq(strings.TrimPrefix(string(found[1]), "--"), " --") {
		name, value, _ := strings.Cut(flag, " ")
		given[name] = value
		if !strings.Contains(string(text), "| `"+value+"` |") {
			t.Errorf("the table of questions does not answer %s", value)
		}
	}
	answers, err := setup.Read(given, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	draft := setup.Draft{Answers: *answers, File: setup.Installed, StateDir: "/var/lib/einlass", Blind: "as by hand"}
	init, err := config.Parse(config.Source{}, draft.Render())
	if err != nil {
		t.Fatal(err)
	}
	all, err := blocks.Read(installation)
	if err != nil {
		t.Fatal(err)
	}
	hand, err := config.Parse(config.Source{}, []byte(written.FindStringSubmatch(all.Text["installation-einstellen"])[1]))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(init.Show()), string(hand.Show()); got != want {
		t.Errorf("by init:\n%s\nby hand:\n%s", got, want)
	}
}

package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
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

//go:build long

package packages

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAReleaseSaysWhatItIsMadeOf(t *testing.T) {
	for arch := range machines {
		for program, library := range map[string]string{"gateway": "github.com/valyala/fasthttp", "admin": "github.com/spf13/cobra"} {
			text, err := os.ReadFile(filepath.Join(dist, "einlass-"+version+"-"+arch+"-"+program+".cdx.json"))
			if err != nil {
				t.Fatal(err)
			}
			var bill struct {
				BomFormat string
				Metadata  struct{ Component struct{ Version string } }
				// Evidence is where the licences that were found stand.
				Components []struct {
					Name, Version string
					Evidence      struct {
						Licenses []struct{ License struct{ ID string } }
					}
				}
			}
			if err := json.Unmarshal(text, &bill); err != nil {
				t.Fatal(err)
			}
			if bill.BomFormat != "CycloneDX" || bill.Metadata.Component.Version != "v"+version {
				t.Errorf("%s of %s: %s of %s", program, arch, bill.BomFormat, bill.Metadata.Component.Version)
			}
			var names []string
			for _, c := range bill.Components {
				names = append(names, c.Name)
				if len(c.Evidence.Licenses) == 0 {
					t.Errorf("%s of %s: no licence of %s %s was found", program, arch, c.Name, c.Version)
				}
			}
			if !slices.Contains(names, library) {
				t.Errorf("%s of %s: %s is in the program and not in the list: %v", program, arch, library, names)
			}
		}
	}
}

// The licences of most libraries want their text to go with the program.
func TestTheLicencesOfLibrariesGoWithThePrograms(t *testing.T) {
	notices := run(t, nil, "gzip", "-dc", filepath.Join(unpacked(t, deb("arm64")), "usr/share/doc/einlass/NOTICES.gz"))
	for _, want := range []string{"======== github.com/valyala/fasthttp@", "Aliaksandr Valialkin", "======== uPlot", "Leon Sorokin", "The Go Authors"} {
		if !strings.Contains(notices, want) {
			t.Errorf("%q is not among the licences", want)
		}
	}
}

func TestTheSumsAreThoseOfTheFiles(t *testing.T) {
	run(t, nil, "bash", "-euc", `cd "$0" && sha256sum --strict --quiet -c SHA256SUMS`, dist)
	sums, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"_amd64.deb", "_arm64.deb", ".x86_64.rpm", ".aarch64.rpm", "-linux-amd64.tar.gz", "-linux-arm64.tar.gz", "-oci.tar",
		"einlass-chart-" + version + ".tgz", "-compose.tar.gz", "-arm64-admin.cdx.json",
	} {
		if !strings.Contains(string(sums), want) {
			t.Errorf("no sum of a file …%s", want)
		}
	}
}

//go:build long

package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// dist is where the packages of this checkout are, made once for all tests; source is the copy of it that they are made from, so that no
// test sees a file that was changed meanwhile.
var dist, source string

const (
	version = "1.2.3"
	// epoch stands for the time of the commit.
	epoch = 1796000000
)

func TestMain(m *testing.M) { os.Exit(play(m)) }

func play(m *testing.M) int {
	dir, err := os.MkdirTemp("", "einlass-packages-*")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		dist, source = filepath.Join(dir, "dist"), filepath.Join(dir, "source")
		if err = copySource(top, source); err == nil {
			err = makePackages(source, dist, version, "amd64", "arm64")
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// copySource copies what git knows or would take of a checkout.
func copySource(checkout, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	copied := exec.Command("bash", "-o", "pipefail", "-c",
		`git -C "$0" ls-files -co --exclude-standard -z | tar -C "$0" --null -T - -c | tar -C "$1" -x`, checkout, to)
	if out, err := copied.CombinedOutput(); err != nil {
		return fmt.Errorf("copy %s: %w\n%s", checkout, err, out)
	}
	return nil
}

// makePackages makes the packages of a checkout or a copy of one.
func makePackages(checkout, into, version string, arch ...string) error {
	cmd := exec.Command(checkout+"/packaging/release.sh", append([]string{into}, arch...)...)
	cmd.Env = append(os.Environ(), "VERSION="+version, fmt.Sprint("SOURCE_DATE_EPOCH=", epoch))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("release.sh: %w\n%s", err, out)
	}
	return nil
}

func deb(arch string) string { return filepath.Join(dist, "einlass_"+version+"_"+arch+".deb") }

func rpm(arch string) string {
	return filepath.Join(dist, "einlass-"+version+"-1."+map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[arch]+".rpm")
}

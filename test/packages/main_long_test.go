//go:build long

package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// dist is where the packages of this checkout are, made once for all tests.
var dist string

const (
	version = "1.2.3"
	// epoch stands for the time of the commit.
	epoch = "1796000000"
)

func TestMain(m *testing.M) { os.Exit(play(m)) }

func play(m *testing.M) int {
	dir, err := os.MkdirTemp("", "einlass-packages-*")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		dist = filepath.Join(dir, "dist")
		err = makePackages(top, dist, version, "amd64", "arm64")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// makePackages makes the packages of a checkout or a copy of one.
func makePackages(checkout, into, version string, arch ...string) error {
	cmd := exec.Command(checkout+"/packaging/package.sh", append([]string{into}, arch...)...)
	cmd.Env = append(os.Environ(), "VERSION="+version, "SOURCE_DATE_EPOCH="+epoch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("package.sh: %w\n%s", err, out)
	}
	return nil
}

func deb(arch string) string { return filepath.Join(dist, "einlass_"+version+"_"+arch+".deb") }

func rpm(arch string) string {
	return filepath.Join(dist, "einlass-"+version+"-1."+map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[arch]+".rpm")
}

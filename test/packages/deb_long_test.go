//go:build long

package packages

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func TestLintianFindsNothing(t *testing.T) {
	for arch := range machines {
		if out := run(t, nil, "lintian", "--allow-root", "--fail-on", "error,warning", deb(arch)); strings.Contains(out, "einlass:") {
			t.Errorf("%s: %s", arch, out)
		}
		shown := run(t, nil, "lintian", "--allow-root", "--show-overrides", "--fail-on", "none", "-I", deb(arch))
		if strings.Contains(shown, "unused-override") || strings.Contains(shown, "mismatched-override") {
			t.Errorf("%s: an override is not needed: %s", arch, shown)
		}
	}
}

func TestTheDebHoldsAServiceAndItsManual(t *testing.T) {
	names := strings.Fields(run(t, nil, "bash", "-o", "pipefail", "-c", `dpkg-deb --fsys-tarfile "$0" | tar -t`, deb("amd64")))
	for _, want := range []string{
		"./usr/bin/gateway", "./usr/bin/admin", "./lib/systemd/system/einlass.service", "./lib/systemd/system/einlass.socket", "./usr/lib/sysusers.d/einlass.conf",
		"./etc/einlass/einlass.yaml", "./etc/einlass/tls/", "./usr/share/man/man1/admin.1.gz", "./usr/share/man/man1/gateway.1.gz", "./usr/share/doc/einlass/copyright",
		"./usr/share/doc/einlass/reference.yaml", "./usr/share/doc/einlass/fronts/nginx.conf",
		"./usr/share/doc/einlass/docs/operations.md", "./usr/share/doc/einlass/docs/de/installation.md", "./usr/share/doc/einlass/docs/de/betrieb.md",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not in the package", want)
		}
	}
	if kept := run(t, nil, "dpkg-deb", "-I", deb("amd64"), "conffiles"); strings.TrimSpace(kept) != "/etc/einlass/einlass.yaml" {
		t.Errorf("an upgrade keeps %s", kept)
	}
}

func TestTheRpmHoldsAServiceAndItsManual(t *testing.T) {
	names := strings.Fields(run(t, nil, "rpm", "-qpl", rpm("amd64")))
	for _, want := range []string{
		"/usr/bin/gateway", "/usr/bin/admin", "/usr/lib/systemd/system/einlass.service", "/usr/lib/sysusers.d/einlass.conf",
		"/etc/einlass/einlass.yaml", "/usr/share/man/man1/admin.1.gz", "/usr/share/man/man1/gateway.1.gz", "/usr/share/licenses/einlass/LICENSE",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not in the package", want)
		}
	}
	// config(noreplace): a file that the administrator changed stays as it is.
	flags := strings.Fields(run(t, nil, "rpm", "-qp", "--qf", "[%{FILENAMES}:%{FILEFLAGS:fflags}\n]", rpm("amd64")))
	if !slices.Contains(flags, "/etc/einlass/einlass.yaml:cn") {
		t.Error("an upgrade does not keep /etc/einlass/einlass.yaml")
	}
	if got := run(t, nil, "rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{LICENSE} %{ARCH}", rpm("arm64")); got != "einlass "+version+" Apache-2.0 aarch64" {
		t.Errorf("the package says it is %s", got)
	}
}

func TestTheProgramsAreStaticForEachArchitecture(t *testing.T) {
	for arch, machine := range machines {
		dir := unpacked(t, deb(arch))
		for _, name := range []string{"gateway", "admin"} {
			file, err := elf.Open(filepath.Join(dir, "usr/bin", name))
			if err != nil {
				t.Fatal(err)
			}
			if file.Machine != machine {
				t.Errorf("%s of %s is for %v", name, arch, file.Machine)
			}
			for _, part := range file.Progs {
				if part.Type == elf.PT_INTERP {
					t.Errorf("%s of %s wants a dynamic linker", name, arch)
				}
			}
			_ = file.Close()
		}
	}
	if got := run(t, nil, filepath.Join(unpacked(t, deb("amd64")), "usr/bin/gateway"), "--version"); !strings.Contains(got, version) {
		t.Errorf("the gateway says that it is %s", got)
	}
}

func unpacked(t *testing.T, deb string) string {
	t.Helper()
	dir := t.TempDir()
	run(t, nil, "dpkg-deb", "-x", deb, dir)
	return dir
}

// The copy has another path, no repository, and an empty cache of the compiler.
func TestTheSameSourceGivesTheSameBytesElsewhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "another checkout")
	run(t, nil, "cp", "-r", source, elsewhere)
	nfpm := strings.TrimSpace(run(t, nil, "bash", "-c", `cd "$0" && go tool -modfile=tools/nfpm/go.mod -n nfpm`, source))
	run(t, []string{"GOCACHE=" + filepath.Join(dir, "cache"), "NFPM=" + nfpm, "VERSION=" + version, fmt.Sprint("SOURCE_DATE_EPOCH=", epoch)},
		elsewhere+"/packaging/release.sh", filepath.Join(dir, "dist"), "amd64")
	for _, file := range []string{deb("amd64"), rpm("amd64"), filepath.Join(dist, "einlass-"+version+"-linux-amd64.tar.gz"), filepath.Join(dist, "einlass-chart-"+version+".tgz")} {
		here, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		there, err := os.ReadFile(filepath.Join(dir, "dist", filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(here, there) {
			t.Errorf("%s has other bytes when it is made elsewhere", filepath.Base(file))
		}
	}
}

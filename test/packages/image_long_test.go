//go:build long

package packages

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const configuration = `listen: {http: ":8080"}
state: {dir: /var/lib/einlass}
rooms:
  - {id: termine, backend: {url: "http://127.0.0.1:8000"}}
`

// imageOf writes the image of programs that are there already, and answers its digest.
func imageOf(t *testing.T, file string, programs ...string) string {
	t.Helper()
	args := append([]string{"-C", top + "/tools/image", "run", ".", "-version", version, "-created", time.Unix(epoch, 0).UTC().Format(time.RFC3339), "-out", file}, programs...)
	return strings.TrimSpace(run(t, nil, "go", args...))
}

func TestTheImageStartsReadOnlyAsItsUser(t *testing.T) {
	dir := t.TempDir()
	// The programs of the packages are those of the image: packaging/build.sh builds both.
	var programs []string
	for arch := range machines {
		programs = append(programs, arch+"="+filepath.Join(unpacked(t, deb(arch)), "usr/bin"))
	}
	slices.Sort(programs)
	first, second := filepath.Join(dir, "first.tar"), filepath.Join(dir, "second.tar")
	one, two := imageOf(t, first, programs...), imageOf(t, second, programs...)
	if one != two || !strings.HasPrefix(one, "sha256:") {
		t.Errorf("the same programs give the images %s and %s", one, two)
	}
	run(t, nil, "cmp", first, filepath.Join(dist, "einlass-"+version+"-oci.tar"))
	run(t, nil, "skopeo", "copy", "-q", "--override-arch", "amd64", "oci-archive:"+first, "oci:"+dir+"/layout:x")
	if about := run(t, nil, "skopeo", "inspect", "--config", "oci:"+dir+"/layout:x"); !strings.Contains(strings.ReplaceAll(about, " ", ""), `"User":"65532:65532"`) {
		t.Errorf("the image does not name its user: %s", about)
	}
	run(t, nil, "umoci", "unpack", "--image", dir+"/layout:x", dir+"/bundle")
	config := filepath.Join(dir, "einlass.yaml")
	if err := os.WriteFile(config, []byte(configuration), 0o644); err != nil {
		t.Fatal(err)
	}
	out := run(t, nil, "testdata/contained.sh", dir+"/bundle/rootfs", config)
	for _, want := range []string{"\nready", "\nUid: 65532 65532 65532 65532\n", "\nCapEff: 0000000000000000\n", "\nstopped\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in what the image printed:\n%s", want, out)
		}
	}
	if strings.Contains(out, "writable") {
		t.Error("the root of the image can be written")
	}
}

package packages

import (
	"os/exec"
	"strings"
	"testing"
)

const top = "../.."

// run gives what a program prints; a program that is missing or fails ends the test.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(cmd.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%.4000s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestVersionsOfPackagesRiseAsThoseOfGitDo(t *testing.T) {
	before := ""
	for _, tt := range []struct{ git, want string }{
		{"v1.2.3-rc.1", "1.2.3~rc.1"},
		{"v1.2.3-rc.1-4-gabcdef0", "1.2.3~rc.1+4.gabcdef0"},
		{"v1.2.3", "1.2.3"},
		{"v1.2.3-9-gabcdef0", "1.2.3+9.gabcdef0"},
		{"v1.2.3-10-g0bcdef0", "1.2.3+10.g0bcdef0"},
		{"v1.2.3-10-g0bcdef0-dirty", "1.2.3+10.g0bcdef0.dirty"},
		{"v1.2.4", "1.2.4"},
	} {
		got := strings.TrimSpace(run(t, nil, top+"/packaging/version.sh", tt.git))
		if got != tt.want {
			t.Errorf("%s is %s, want %s", tt.git, got, tt.want)
		}
		if before != "" {
			run(t, nil, "dpkg", "--compare-versions", before, "lt", got)
		}
		before = got
	}
	commit := strings.TrimSpace(run(t, nil, "git", "-C", top, "rev-parse", "--short", "HEAD"))
	untagged := strings.TrimSpace(run(t, nil, top+"/packaging/version.sh", commit))
	if !strings.HasPrefix(untagged, "0.0.0~0.") || !strings.HasSuffix(untagged, ".g"+commit) {
		t.Errorf("a commit without a tag is %s", untagged)
	}
	run(t, nil, "dpkg", "--compare-versions", untagged, "lt", "0.0.1")
}

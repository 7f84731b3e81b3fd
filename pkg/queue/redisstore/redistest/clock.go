package redistest

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed testdata/clock.c
var clockSource []byte

// wrongClock is what a process needs in its environment so that its clock is ahead by so much: a library to preload, which is
// built into dir. It needs a C compiler, as the race detector does.
func wrongClock(dir string, ahead time.Duration) (env []string, err error) {
	if ahead == 0 {
		return nil, nil
	}
	library := filepath.Join(dir, "clock.so")
	if _, err := os.Stat(library); err != nil {
		source := filepath.Join(dir, "clock.c")
		if err := os.WriteFile(source, clockSource, 0o600); err != nil {
			return nil, err
		}
		if out, err := exec.Command("cc", "-shared", "-fPIC", "-O1", "-o", library, source).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build a clock: %w\n%s", err, out)
		}
	}
	return []string{"LD_PRELOAD=" + library, fmt.Sprintf("AHEAD=%d", int64(ahead/time.Second))}, nil
}

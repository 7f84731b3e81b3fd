package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pkg is where the scripts and their tests are, from the module's directory.
const pkg = "pkg/queue/redisstore"

// The words of the table.
const (
	killed   = "killed"
	survived = "survived"
	notAsked = "–"
)

// outcome is what the tests made of one mutant.
type outcome struct {
	conformance, differential, others string
	err                               error // it could not be tried
}

func (o outcome) killed() bool {
	return o.conformance == killed || o.differential == killed || o.others == killed
}

func (o outcome) verdict(m mutant) string {
	switch {
	case o.err != nil:
		return o.err.Error()
	case o.killed():
		return killed
	case m.equivalent != "":
		return "equivalent: " + m.equivalent
	default:
		return strings.ToUpper(survived)
	}
}

// tester runs the package's tests on scripts with a fault.
type tester struct {
	dir    string // its own
	binary string // of the tests, which reads the scripts of a directory
	slow   string // the pattern of scenarios that are played after the others, see slowOnes
}

// scriptsEnv names the directory to the tests.
const scriptsEnv = "EINLASS_MUTATE_SCRIPTS"

// newTester builds the tests once. An overlay lets them read the scripts of a directory instead of those that are embedded.
func newTester(ctx context.Context, dir string) (*tester, error) {
	original, err := filepath.Abs(filepath.Join(pkg, "script.go"))
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return nil, err
	}
	for _, edit := range [][2]string{
		{"//go:embed scripts/*.lua\nvar files embed.FS", fmt.Sprintf("var files = os.DirFS(os.Getenv(%q)).(fs.ReadFileFS)", scriptsEnv)},
		{"\"embed\"", "\"io/fs\"\n\t\"os\""},
	} {
		if bytes.Count(source, []byte(edit[0])) != 1 {
			return nil, fmt.Errorf("%s does not have %q once", original, edit[0])
		}
		source = bytes.Replace(source, []byte(edit[0]), []byte(edit[1]), 1)
	}
	reader, overlay := filepath.Join(dir, "script.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: reader}})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile(reader, source, 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return nil, err
	}
	t := &tester{dir: dir, binary: filepath.Join(dir, "redisstore.test")}
	out, err := exec.CommandContext(ctx, "go", "test", "-c", "-tags", "long", "-o", t.binary, "-overlay", overlay, "./"+pkg).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	return t, nil
}

// try runs the tests with the mutant in place until one notices, or the first two in any case.
func (t *tester) try(ctx context.Context, m mutant, all bool) outcome {
	scripts, err := t.plant(m)
	if err != nil {
		return outcome{err: err}
	}
	defer os.RemoveAll(scripts)
	o := outcome{differential: notAsked, others: notAsked}
	o.conformance, o.err = t.suite(ctx, scripts)
	if o.err == nil && (all || !o.killed()) {
		o.differential, o.err = t.ask(ctx, scripts, "-test.run=^TestDifferential$")
	}
	if o.err == nil && !o.killed() {
		o.others, o.err = t.ask(ctx, scripts, "-test.skip=^Test(Conformance|Differential)$")
	}
	return o
}

// suite runs the conformance suite, the slow scenarios last.
func (t *tester) suite(ctx context.Context, scripts string) (string, error) {
	const whole = "-test.run=^TestConformance$"
	if t.slow == "" {
		return t.ask(ctx, scripts, whole)
	}
	quick, err := t.ask(ctx, scripts, whole, "-test.skip="+t.slow)
	if err != nil || quick == killed {
		return quick, err
	}
	return t.ask(ctx, scripts, "-test.run="+t.slow)
}

// measure plays the suite on scripts without a fault, to learn which scenarios are slow.
func (t *tester) measure(ctx context.Context) error {
	scripts, err := t.plant(mutant{name: "measure"})
	if err != nil {
		return err
	}
	defer os.RemoveAll(scripts)
	out, err := t.command(ctx, scripts, "-test.run=^TestConformance$", "-test.v").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the suite fails without a mutant: %w\n%s", err, out)
	}
	t.slow = slowOnes(string(out))
	return nil
}

// plant copies the scripts, one of them with the fault, and answers the directory above them.
func (t *tester) plant(m mutant) (dir string, err error) {
	dir = filepath.Join(t.dir, m.name)
	if err := os.CopyFS(filepath.Join(dir, "scripts"), os.DirFS(filepath.Join(pkg, "scripts"))); err != nil {
		return "", err
	}
	if m.file == "" {
		return dir, nil
	}
	path := filepath.Join(dir, "scripts", m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(m.find)); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, want once", m.file, m.find, n)
	}
	return dir, os.WriteFile(path, bytes.Replace(source, []byte(m.find), []byte(m.replace), 1), 0o600)
}

// ask runs tests and answers what became of the mutant. Rapid need not look for the shortest history.
func (t *tester) ask(ctx context.Context, scripts string, which ...string) (string, error) {
	out, err := t.command(ctx, scripts, which...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return survived, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, &exit) && bytes.Contains(out, []byte("--- FAIL")):
		return killed, nil
	default:
		return "", fmt.Errorf("%s: %w\n%s", which, err, out)
	}
}

// command runs tests on the scripts of a directory, until one fails.
func (t *tester) command(ctx context.Context, scripts string, which ...string) *exec.Cmd {
	args := append([]string{"-test.failfast", "-test.timeout=5m", "-rapid.shrinktime=0s", "-rapid.nofailfile"}, which...)
	cmd := exec.CommandContext(ctx, t.binary, args...)
	cmd.Dir = pkg
	cmd.Env = append(os.Environ(), scriptsEnv+"="+scripts)
	return cmd
}

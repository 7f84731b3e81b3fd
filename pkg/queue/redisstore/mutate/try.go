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

// try builds the tests with the mutant in place and runs them until one notices, or the first two in any case.
func try(ctx context.Context, dir string, m mutant, all bool) outcome {
	binary := filepath.Join(dir, m.name+".test")
	if err := build(ctx, dir, m, binary); err != nil {
		return outcome{err: err}
	}
	defer os.Remove(binary)
	o := outcome{differential: notAsked, others: notAsked}
	o.conformance, o.err = ask(ctx, binary, "-test.run=^TestConformance$")
	if o.err == nil && (all || !o.killed()) {
		o.differential, o.err = ask(ctx, binary, "-test.run=^TestDifferential$")
	}
	if o.err == nil && !o.killed() {
		o.others, o.err = ask(ctx, binary, "-test.skip=^Test(Conformance|Differential)$")
	}
	return o
}

func build(ctx context.Context, dir string, m mutant, binary string) error {
	args := []string{"test", "-c", "-o", binary}
	if m.file != "" {
		overlay, err := plant(dir, m)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	out, err := exec.CommandContext(ctx, "go", append(args, "./"+pkg)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// plant writes the faulty script beside the sources and answers the file that tells the compiler of it.
func plant(dir string, m mutant) (overlay string, err error) {
	original, err := filepath.Abs(filepath.Join(pkg, "scripts", m.file))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(m.find)); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, want once", m.file, m.find, n)
	}
	faulty := filepath.Join(dir, m.name+".lua")
	if err := os.WriteFile(faulty, bytes.Replace(source, []byte(m.find), []byte(m.replace), 1), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: faulty}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, m.name+".json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// ask runs tests and answers what became of the mutant. Rapid need not look for the shortest history.
func ask(ctx context.Context, binary, which string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, which, "-test.failfast", "-test.timeout=5m", "-rapid.shrinktime=0s", "-rapid.nofailfile")
	cmd.Dir = pkg
	out, err := cmd.CombinedOutput()
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

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/tlscert/certtest"
	"github.com/einlass/einlass/pkg/token"
)

// asUser makes the test binary the gateway's program, run by another user: root may do what a gateway must not rely on.
const asUser = "EINLASS_TEST_PROGRAM"

const nobody = 65534

func TestMain(m *testing.M) {
	if os.Getenv(asUser) == "" {
		os.Exit(m.Run())
	}
	_ = os.Unsetenv(asUser)
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			panic(err)
		}
	}
	main()
}

// world is a configuration that is good, and everything that it names, in a directory of its own. A test spoils it.
type world struct {
	t    *testing.T
	dir  string
	text string
}

const goodConfig = `listen:
  http: 127.0.0.1:0
  https: 127.0.0.1:0
tls:
  cert_file: DIR/cert.pem
  key_file: DIR/key.pem
keys:
  file: DIR/keys.json
state:
  dir: DIR/state
journal:
  dir: DIR/journal
admin:
  listen: 127.0.0.1:0
  token_file: DIR/token
trusted_proxies: [127.0.0.1]
drain: 0s
rooms:
  - id: termine
    hosts: [termine.example]
    languages: [de, en]
    links: {imprint: /impressum, privacy: /datenschutz, accessibility: /barrierefreiheit, barrier: "mailto:barriere@town.example"}
    backend:
      url: http://127.0.0.1:9
    pace:
      rate: 60
`

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), text: goodConfig}
	w.write("token", "0123456789abcdef0123456789abcdef\n", 0o600)
	w.certificate("cert.pem", "key.pem", "termine.example", -time.Hour, 100*24*time.Hour)
	ring, err := token.NewKeyring(rand.Reader, time.Now())
	if err == nil {
		err = ring.Save(w.path("keys.json"))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.mkdir("state")
	w.mkdir("journal")
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(name, text string, mode fs.FileMode) {
	w.t.Helper()
	w.ok(os.WriteFile(w.path(name), []byte(text), 0o600))
	w.chmod(name, mode)
}

func (w *world) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	w.ok(err)
	return string(data)
}

func (w *world) mkdir(name string)                   { w.ok(os.Mkdir(w.path(name), 0o700)) }
func (w *world) remove(name string)                  { w.ok(os.RemoveAll(w.path(name))) }
func (w *world) chmod(name string, mode fs.FileMode) { w.ok(os.Chmod(w.path(name), mode)) }
func (w *world) empty(name string, mode fs.FileMode) { w.write(name, "", mode) }
func (w *world) instead(name string)                 { w.remove(name); w.write(name, "a file", 0o600) }

func (w *world) certificate(cert, key, name string, from, until time.Duration) {
	c, k := certtest.KeyPairFrom(w.t, name, time.Now().Add(from), time.Now().Add(until))
	w.write(cert, string(c), 0o644)
	w.write(key, string(k), 0o600)
}

// edit replaces text of the configuration; DIR stands for the directory.
func (w *world) edit(before, after string) {
	w.t.Helper()
	if !strings.Contains(w.text, before) {
		w.t.Fatalf("the configuration has no %q", before)
	}
	w.text = strings.Replace(w.text, before, after, 1)
}

// file writes the configuration.
func (w *world) file() string {
	w.t.Helper()
	w.write("einlass.yaml", strings.ReplaceAll(w.text, "DIR", w.dir), 0o644)
	return w.path("einlass.yaml")
}

// line is the number of the line that has the text.
func (w *world) line(text string) int {
	w.t.Helper()
	i := slices.IndexFunc(strings.Split(w.text, "\n"), func(line string) bool { return strings.Contains(line, text) })
	if i < 0 {
		w.t.Fatalf("the configuration has no line with %q", text)
	}
	return i + 1
}

// trace is everything in the directory, with its content, mode and time.
func (w *world) trace() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	w.ok(filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		said := fmt.Sprint(info.Mode(), info.ModTime())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			said += string(data)
		}
		all[path] = said
		return nil
	}))
	return all
}

// check runs `gateway config check`, which must leave no trace, and answers its exit code and what it says.
func (w *world) check(file string) (code int, out, said string) {
	w.t.Helper()
	before := w.trace()
	code, out, said = program(w.t, "config", "check", file)
	if after := w.trace(); !maps.Equal(before, after) {
		w.t.Errorf("the check has left a trace: %v, before it %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
	return code, out, said
}

// program runs a command of the gateway in this process.
func program(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err := root.ExecuteContext(t.Context())
	return codeOf(err, &stderr), stdout.String(), stderr.String()
}

// codeOf is what main does with an error.
func codeOf(err error, stderr *bytes.Buffer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, err)
	if exit := (exitError{}); errors.As(err, &exit) {
		return exit.code
	}
	return exitUsage
}

// start runs the configuration until visitors are served, and answers the exit code and what it said; 0: it came up.
func (w *world) start(file string) (code int, said string) {
	w.t.Helper()
	var stderr bytes.Buffer
	cfg, err := loadConfig(file, nil)
	if err == nil {
		cfg.library = sharedLibrary
		ctx, cancel := context.WithCancel(w.t.Context())
		defer cancel()
		err = serve(ctx, cfg, nil, &stderr, func(*app) { cancel() })
	}
	return codeOf(err, &stderr), stderr.String()
}

// byNobody runs a command of the gateway as a user that owns the world and is not root.
func (w *world) byNobody(args ...string) (code int, said string) {
	w.t.Helper()
	w.toNobody()
	cmd := exec.CommandContext(w.t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asUser+"=1")
	text, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

// toNobody gives everything to the user that the program is run by.
func (w *world) toNobody() {
	w.t.Helper()
	if os.Getuid() != 0 {
		return
	}
	w.ok(os.Chmod(filepath.Dir(w.dir), 0o755))
	w.ok(filepath.WalkDir(w.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	}))
}

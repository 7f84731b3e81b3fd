package chaos

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// embeddedFaults need the embedded store.
var embeddedFaults = []fault{
	{name: "gateway frozen for minutes", minutes: true, least: 345 * time.Second, most: 345 * time.Second, play: freezeGateway},
	{name: "disk full", disk: true, least: 2 * time.Second, most: 4 * time.Second, play: fullDisk},
	{name: "gateway killed on a full disk", disk: true, crash: true, forgets: true, least: time.Second, most: 2 * time.Second, play: killOnFullDisk},
	{name: "places file damaged", crash: true, play: damagePlaces},
	{name: "all state lost", crash: true, forgets: true, least: 1100 * time.Millisecond, most: 1100 * time.Millisecond, play: loseState},
}

// oldStates are state files as earlier versions of the store have written them, a directory for each form.
//
//go:embed testdata/state-*
var oldStates embed.FS

// oldState puts the newest of them into a state directory, so that the first gateway of the run is an upgrade.
func oldState(dir string) error {
	forms, err := fs.Glob(oldStates, "testdata/state-*")
	if err != nil || len(forms) == 0 {
		return fmt.Errorf("no state files of earlier versions: %w", errors.Join(err, fs.ErrNotExist))
	}
	from := forms[len(forms)-1]
	files, err := fs.ReadDir(oldStates, from)
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := oldStates.ReadFile(from + "/" + f.Name())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, f.Name()), data, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	logFull    = "state files cannot be written"
	logWritten = "state files are written again"
	logDamaged = "state file refused"
)

// logged waits until the gateway has logged a text once more than before.
func logged(ctx context.Context, g *environment.Gateway, text string, before int) error {
	return seenBy(ctx, func() error {
		if g.Logged(text) <= before {
			return fmt.Errorf("%s has not logged %q", g.Name, text)
		}
		return nil
	})
}

// freezeGateway stops the gateway for longer than a place counts as present, while people go on asking, and lets more come
// as it goes on. What the verdict asks of it is in felt: nobody who waited all the time gets in after them.
func freezeGateway(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateways[0]
	w.crowd.more.Store(frozenLine)
	if err := seenBy(ctx, func() error {
		info, err := g.Figures(ctx)
		if err == nil && info.Waiting < frozenLine/2 {
			err = fmt.Errorf("%d wait", info.Waiting)
		}
		return err
	}); err != nil {
		return "", err
	}
	w.crowd.tenths.Store(0)
	defer w.crowd.tenths.Store(10)
	w.crowd.frozen = time.Now()
	g.Process().Pause()
	launch.Rest(ctx, s.Hold)
	g.Process().Resume()
	w.crowd.thawed = time.Now()
	w.crowd.more.Store(frozenLine / 4)
	return fmt.Sprintf("%s stood still for %v, then %d more came", g.Name, s.Hold, frozenLine/4), nil
}

// frozenLine is how many come before: more than the pace lets in within seconds.
const frozenLine = 80

// untilWritten waits until a state file is there: a gateway that has lost it writes it again in its own time.
func untilWritten(ctx context.Context, path string) error {
	return seenBy(ctx, func() error {
		_, err := os.Stat(path)
		return err
	})
}

func fullDisk(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateways[0]
	full, written := g.Logged(logFull), g.Logged(logWritten)
	bytes, err := w.disk.Fill()
	if err != nil {
		return "", err
	}
	err = logged(ctx, g, logFull, full)
	launch.Rest(ctx, s.Hold)
	err = errors.Join(err, w.disk.Empty())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d bytes filled it; logged that state could not be written, then that it was again", bytes), logged(ctx, g, logWritten, written)
}

// killOnFullDisk is the worst that can happen to the embedded store: what is on disk is as old as the full disk, and there
// is no room for anything newer when it starts again.
func killOnFullDisk(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateways[0]
	full, written := g.Logged(logFull), g.Logged(logWritten)
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	if _, err := w.disk.Fill(); err != nil {
		return "", err
	}
	err = logged(ctx, g, logFull, full)
	launch.Rest(ctx, s.Hold)
	g.Process().Kill()
	started := errors.Join(err, g.Start(ctx))
	var seen string
	if started == nil {
		seen, err = w.newEpoch(ctx, before)
	}
	if err := errors.Join(started, err, w.disk.Empty()); err != nil {
		return "", err
	}
	return "it started on the full disk; " + seen, logged(ctx, g, logWritten, written)
}

// damagePlaces flips a byte of a file while the gateway is down.
func damagePlaces(ctx context.Context, w *world, _ Step) (string, error) {
	g := w.gateways[0]
	refused := g.Logged(logDamaged)
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	for _, room := range environment.Rooms() {
		if err := untilWritten(ctx, filepath.Join(w.state, room+".places")); err != nil {
			return "", err
		}
	}
	g.Process().Kill()
	for _, room := range environment.Rooms() {
		if err := damage(filepath.Join(w.state, room+".places")); err != nil {
			return "", err
		}
	}
	if err := g.Start(ctx); err != nil {
		return "", err
	}
	if err := logged(ctx, g, logDamaged, refused); err != nil {
		return "", err
	}
	seen, err := w.newEpoch(ctx, before)
	return "the file was refused; " + seen, err
}

// damage flips a byte of a file.
func damage(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 0xff
	return os.WriteFile(path, data, 0o600)
}

// loseState removes all state files while the gateway is down: only the tickets know the line. It is down for more than a
// second, because an epoch counts seconds and there is nothing left by which a process could know that one was begun.
func loseState(ctx context.Context, w *world, s Step) (string, error) {
	g := w.gateways[0]
	_, before, err := w.epochs(ctx)
	if err != nil {
		return "", err
	}
	if err := untilWritten(ctx, filepath.Join(w.state, environment.Room+".places")); err != nil {
		return "", err
	}
	g.Process().Kill()
	var files []string
	for _, room := range environment.Rooms() {
		found, err := filepath.Glob(filepath.Join(w.state, room+".*"))
		if err != nil || len(found) == 0 {
			return "", errors.Join(err, fmt.Errorf("there are no state files of %s", room))
		}
		files = append(files, found...)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			return "", err
		}
	}
	launch.Rest(ctx, s.Hold)
	if err := g.Start(ctx); err != nil {
		return "", err
	}
	return w.newEpoch(ctx, before)
}

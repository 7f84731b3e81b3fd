package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/backup"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

const restoreHelp = "Stop the gateway before, and start it afterwards. All files are read and found whole before one is put in place, and each is replaced as a whole;\n" +
	"a restore that was broken off is begun again, and until it has ended no gateway starts there. What stands in the way is named and left as it is; with --replace it is put aside under its name\n" +
	"and .before-restore-TIME. Records of acts that go on from those in the backup, records of draws, and the configuration file stay as they are.\n\n" +
	"A line is never put back over a newer one, with --replace either: tickets that were used since could be used again, and people would be shown\n" +
	"numbers that others have. That also holds for the same backup a second time, once the gateway has run. Where the newer line is to be given up\n" +
	"all the same, move its .marks and .places away. Never start a second gateway from a backup of one that runs.\n\n" +
	"After a start on a line from a backup new numbers are above all that were given, and nobody is called until those who came since the backup have\n" +
	"had the time to come back with their tickets."

func newRestore() *cobra.Command {
	var file string
	var settings []string
	var replace bool
	cmd := &cobra.Command{
		Use:     "restore FILE -c CONFIGURATION",
		Short:   "Put a backup back into the places that the configuration names",
		Long:    restoreHelp,
		Example: "  gateway restore /var/backups/einlass/monday.backup -c /etc/einlass/einlass.yaml\n  age -d monday.backup.age | gateway restore - -c /etc/einlass/einlass.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(file, settings)
			if err != nil {
				return err
			}
			if err := restore(cmd, cfg.Config, file, args[0], replace); err != nil {
				return exitError{exitFault, err}
			}
			return nil
		},
	}
	configFlags(cmd, &file, &settings)
	cmd.Flags().BoolVar(&replace, "replace", false, "put files aside that are there already and differ")
	return cmd
}

// restore puts a backup back.
func restore(cmd *cobra.Command, cfg *config.Config, file, from string, replace bool) (err error) {
	where, err := putWhere(cfg, file)
	if err != nil {
		return err
	}
	in, err := openBackup(cmd, from)
	if err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	defer in.Close()
	work := progressOf(cmd.ErrOrStderr(), "reading the backup", lengthOf(in), time.Now)
	staged, err := backup.Read(work.Reader(in), func(a *backup.About) error { return fits(a, cfg) }, where)
	work.End()
	if err != nil {
		return fmt.Errorf("%s %w; nothing was changed", nameOf(from), err)
	}
	r := &restoring{cmd: cmd, cfg: cfg, staged: staged, lines: map[string]*lineAge{}}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.hold(); err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	r.keyring()
	if err := r.allowed(replace); err != nil {
		return fmt.Errorf("%w\nNothing was changed", err)
	}
	return r.put()
}

func nameOf(from string) string {
	if from == standard {
		return "the standard input"
	}
	return from
}

// fits refuses a backup of other rooms, or of another kind of store.
func fits(a *backup.About, cfg *config.Config) error {
	ours := roomIDs(cfg)
	theirs := slices.Sorted(slices.Values(a.Rooms))
	if !slices.Equal(theirs, slices.Sorted(slices.Values(ours))) {
		return fmt.Errorf("is of %s, and this configuration has %s", roomsOf(a.Rooms), roomsOf(ours))
	}
	switch {
	case a.Line && !cfg.Store.Memory():
		return errors.New("holds the lines of an embedded store, and this configuration keeps them in Redis")
	case !a.Line && cfg.Store.Memory():
		return errors.New("holds no line: it is of a gateway with Redis, and this configuration has the embedded store")
	}
	return nil
}

// restoring is a restore under way.
type restoring struct {
	cmd    *cobra.Command
	cfg    *config.Config
	staged *backup.Staged
	held   []io.Closer
	into   []*memstore.Held
	lines  map[string]*lineAge // by room
	// strays are state files that the backup has no counterpart of: beside those of the backup they would be half of another line.
	strays []string
	// keys is what becomes of tickets and passes because of the keyring; empty: they are valid as they were.
	keys string
}

// lineAge is when the line of a room was saved, here and in the backup; zero: there is none that can be read.
type lineAge struct{ here, backup time.Time }

// asideMark stands before the time in the name of a file that was put aside.
const asideMark = ".before-restore-"

// hold keeps gateways from what they write, and refuses where one runs.
func (r *restoring) hold() error {
	if r.cfg.State.Dir == "" {
		return nil
	}
	record, err := audit.Hold(statePath(r.cfg, "audit"))
	switch {
	case err == nil:
		r.held = append(r.held, record)
		if err := backup.OwnAsParent(record.Name()); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("stop the gateway first: %w", err)
	}
	if !r.cfg.Store.Memory() {
		return nil
	}
	for _, id := range roomIDs(r.cfg) {
		path := statePath(r.cfg, id)
		h, err := (&memstore.Files{Path: path}).Hold()
		if err != nil {
			return fmt.Errorf("stop the gateway first: %w", err)
		}
		r.held, r.into = append(r.held, h), append(r.into, h)
		if err := backup.OwnAsParent(path + ".lock"); err != nil {
			return err
		}
	}
	return nil
}

func (r *restoring) close() (err error) {
	for _, h := range r.held {
		err = errors.Join(err, h.Close())
	}
	return errors.Join(err, r.staged.Discard())
}

// allowed says all that speaks against putting the backup in place.
func (r *restoring) allowed(replace bool) error {
	if err := r.ages(); err != nil {
		return err
	}
	conflicts, err := r.staged.Conflicts()
	if err != nil {
		return err
	}
	lines := map[string]bool{}
	for _, path := range r.strays {
		lines[strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))] = true
	}
	var errs []error
	for _, c := range conflicts {
		switch id, ofLine := roomOf(c.Name); {
		case ofLine:
			lines[id] = true
		case !replace && c.Name == keysName && r.keys != "":
			errs = append(errs, fmt.Errorf("%s is there and differs from the backup's; --replace puts it aside. %s", c.Path, r.keys))
		case !replace:
			errs = append(errs, fmt.Errorf("%s is there and differs from the backup's; --replace puts it aside", c.Path))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		errs = append(errs, r.overLine(id, replace))
	}
	return errors.Join(errs...)
}

// overLine says what speaks against putting a line in the place of another one.
func (r *restoring) overLine(id string, replace bool) error {
	switch age := r.lines[id]; {
	case age.here.After(age.backup):
		return fmt.Errorf("room %s: the line that is there was saved at %s, after the backup's (%s): the older one would let tickets in again that were "+
			"used since. If the newer line is to be given up, move %s and %s away", id, stamp(age.here), stamp(age.backup),
			statePath(r.cfg, id+lineEndings[0]), statePath(r.cfg, id+lineEndings[1]))
	case !replace:
		return fmt.Errorf("room %s: there is another line, which is older than the backup's or damaged; --replace puts it aside", id)
	}
	return nil
}

// ages finds out how old the lines are, and refuses a backup whose state files this release does not read.
func (r *restoring) ages() error {
	for _, f := range r.staged.Files() {
		id, ofLine := roomOf(f.Name)
		if !ofLine {
			continue
		}
		at, err := memstore.Saved(f.Staged, strings.HasSuffix(f.Name, lineEndings[1]))
		if err != nil {
			return fmt.Errorf("the backup's %s: %w", f.Name, err)
		}
		age := r.lines[id]
		if age == nil {
			age = &lineAge{}
			r.lines[id] = age
		}
		age.backup = later(age.backup, at)
	}
	for id, age := range r.lines {
		for i, ending := range lineEndings {
			path := statePath(r.cfg, id+ending)
			at, err := memstore.Saved(path, i == 1)
			if err == nil {
				age.here = later(age.here, at)
			}
			if !errors.Is(err, fs.ErrNotExist) && !r.has(linesIn+id+ending) {
				r.strays = append(r.strays, path)
			}
		}
	}
	return nil
}

func (r *restoring) has(name string) bool {
	_, ok := r.find(name)
	return ok
}

// find is a file of the backup.
func (r *restoring) find(name string) (f backup.Conflict, ok bool) {
	all := r.staged.Files()
	i := slices.IndexFunc(all, func(f backup.Conflict) bool { return f.Name == name })
	if i < 0 {
		return f, false
	}
	return all[i], true
}

// roomOf is the room of a state file in a backup.
func roomOf(name string) (id string, ok bool) {
	name, ok = strings.CutPrefix(name, linesIn)
	if !ok {
		return "", false
	}
	for _, ending := range lineEndings {
		if id, ok := strings.CutSuffix(name, ending); ok {
			return id, true
		}
	}
	return "", false
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// stamp is a time as messages say it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// put puts the files in place, and says what there is to know.
func (r *restoring) put() error {
	ending := asideMark + time.Now().UTC().Format("20060102T150405")
	begun, err := r.begin()
	if err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	for _, path := range r.strays {
		if err := os.Rename(path, path+ending); err != nil {
			return fmt.Errorf("%w. Run this again", err)
		}
	}
	put, aside, err := r.staged.Commit(ending)
	if err != nil && put == 0 && begun && len(r.strays) == 0 {
		return fmt.Errorf("%w; nothing was changed", errors.Join(err, r.end()))
	}
	if err != nil {
		return fmt.Errorf("%d files were put in place before: %w. Run this again", put, err)
	}
	for _, h := range r.into {
		if err := h.PutBack(); err != nil {
			return fmt.Errorf("%w. Run this again", err)
		}
	}
	if err := r.end(); err != nil {
		return fmt.Errorf("%w. Run this again", err)
	}
	out := r.cmd.OutOrStdout()
	fmt.Fprintf(out, "%d files of %s are in place, from a backup of %s.\n", put, roomsOf(r.staged.About.Rooms), stamp(r.staged.About.Made))
	for _, path := range r.strays {
		aside = append(aside, path+ending)
	}
	for _, path := range aside {
		fmt.Fprintf(out, "Put aside: %s\n", path)
	}
	for _, id := range roomIDs(r.cfg) {
		if age := r.lines[id]; age != nil {
			fmt.Fprintf(out, "Room %s: the line is as of %s. Bookings since are not counted (admin booked); tickets used since can be used once more.\n", id, stamp(age.backup))
		}
	}
	if r.keys != "" {
		fmt.Fprintln(out, r.keys)
	}
	if !r.staged.About.Line {
		fmt.Fprintln(out, "The line is in Redis, and none of the backup's.")
	}
	fmt.Fprintln(out, "The configuration file stays as it is; the backup's is configuration.yaml in the archive (tar -xzf).")
	return nil
}

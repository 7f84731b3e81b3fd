package draws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// Archive keeps records in a directory: a file for each opening, in a directory for each room. Writing waits for nobody; Run does it.
type Archive struct {
	dir string
	log *zap.Logger

	mu      sync.Mutex
	pending map[string][]byte // by file
	wake    chan struct{}
}

// NewArchive makes an archive in a directory, which is made with the first record.
func NewArchive(dir string, log *zap.Logger) (*Archive, error) {
	if dir == "" || log == nil {
		return nil, errors.New("draws: directory and log are required")
	}
	return &Archive{dir: dir, log: log, pending: map[string][]byte{}, wake: make(chan struct{}, 1)}, nil
}

// dated is the name of an opening that a schedule has made.
var dated = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2})$`)

// fileOf is the file of an opening's record.
func fileOf(opening string) string {
	if m := dated.FindStringSubmatch(opening); m != nil {
		return m[1] + "_" + m[2] + "-" + m[3] + ".json"
	}
	sum := sha256.Sum256([]byte(opening))
	return "opening-" + hex.EncodeToString(sum[:8]) + ".json"
}

// keep has a record written.
func (a *Archive) keep(room, opening string, text []byte) {
	a.put(filepath.Join(room, fileOf(opening)), text)
}

// keepUndrawn has written beside a record that nothing was drawn. It is no part of the record, which is signed and has one form.
func (a *Archive) keepUndrawn(room, opening string) {
	a.put(filepath.Join(room, undrawnOf(fileOf(opening))), []byte("Nothing was drawn, of one number or none in the lobby.\n"))
}

// undrawnOf is the file beside that of a record.
func undrawnOf(record string) string { return strings.TrimSuffix(record, ".json") + ".undrawn" }

func (a *Archive) put(file string, text []byte) {
	a.mu.Lock()
	a.pending[file] = text
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Run writes the records until ctx ends, and then those that are left.
func (a *Archive) Run(ctx context.Context) error {
	for {
		select {
		case <-a.wake:
			a.flush()
		case <-ctx.Done():
			a.flush()
			return nil
		}
	}
}

func (a *Archive) flush() {
	a.mu.Lock()
	pending := a.pending
	a.pending = map[string][]byte{}
	a.mu.Unlock()
	for name, text := range pending {
		if err := write(filepath.Join(a.dir, name), text); err != nil {
			a.log.Error("the record of a draw is not kept; it is published as long as this process runs", zap.String("file", name), zap.Error(err))
		}
	}
}

// write replaces a file as a whole.
func write(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	part := file + ".new"
	err := os.WriteFile(part, text, 0o644)
	if err == nil {
		err = os.Rename(part, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}

// load reads the latest records of a room, and of which openings nothing was drawn. A file that is no record, or cannot be read, is left alone, and said so.
func (a *Archive) load(room string, log *zap.Logger) (records map[string]*draw.Record, undrawn map[string]bool, err error) {
	records, undrawn = map[string]*draw.Record{}, map[string]bool{}
	entries, err := os.ReadDir(filepath.Join(a.dir, room))
	if errors.Is(err, fs.ErrNotExist) {
		return records, undrawn, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("records of draws: %w", err)
	}
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return strings.Compare(y.Name(), x.Name()) })
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") || len(records) == mostPublished {
			continue
		}
		text, err := os.ReadFile(filepath.Join(a.dir, room, e.Name()))
		if err != nil { // a copy that another user has put there, for example: one record is no reason to stand still
			log.Error("a record of a draw cannot be read", zap.String("file", e.Name()), zap.Error(err))
			continue
		}
		opening, r, err := readRecord(text, room)
		if err != nil {
			log.Error("a file among the records of draws is none", zap.String("file", e.Name()), zap.Error(err))
			continue
		}
		records[opening] = r
		if slices.ContainsFunc(entries, func(other fs.DirEntry) bool { return other.Name() == undrawnOf(e.Name()) }) {
			undrawn[opening] = true
		}
	}
	return records, undrawn, nil
}

func readRecord(text []byte, room string) (opening string, r *draw.Record, err error) {
	parsed, err := draw.ParseRecord(text)
	if err != nil {
		return "", nil, err
	}
	c, err := draw.ParseCommitment(parsed.Commitment.Statement)
	if err == nil && c.Room != room {
		err = fmt.Errorf("it is of room %q", c.Room)
	}
	return c.Opening, &parsed, err
}

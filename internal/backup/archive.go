package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Format is what this release writes and reads.
const Format = 1

// Names of the first and the last entry.
const (
	aboutName = "einlass-backup.json"
	sumsName  = "einlass-files.json"
)

// About says what a backup is of.
type About struct {
	Format int `json:"format"`
	// Made is when, by the clock of the machine, and Version the release that made it.
	Made    time.Time `json:"made"`
	Version string    `json:"version"`
	// Line says that the lines are in it: they are not if another store has them.
	Line bool `json:"line"`
	// Rooms are the ids of all rooms, in the order of the configuration.
	Rooms []string `json:"rooms"`
}

// Part is one file.
type Part struct {
	// Name is what it is called in the archive, with slashes; Path where it is.
	Name, Path string
	// Rule says what becomes of a file that is there already when it is put back.
	Rule Rule
}

// Rule says what becomes of a file that is there already and is another one.
type Rule uint8

const (
	// Replace: it stands in the way. It may be put aside.
	Replace Rule = iota
	// Grow: lines are appended to it. What goes on from the one in the backup stays as it is, anything else stands in the way.
	Grow
	// Stay: what is there stays.
	Stay
)

// sum is what the last entry says of a file.
type sum struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Write writes a backup of the parts that there are, and returns how many those were. The archive is complete if the error is nil. read is
// told of bytes of the files as they are read.
func Write(w io.Writer, about *About, parts []Part, read func(bytes int64)) (files int, err error) {
	to := &sink{to: w}
	zip := gzip.NewWriter(to)
	out := tar.NewWriter(zip)
	about.Format = Format
	if err := writeJSON(out, aboutName, about.Made, about); err != nil {
		return 0, err
	}
	sums := []sum{}
	for i := range parts {
		s, err := add(out, &parts[i], read)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if to.err != nil {
			return 0, to.err // no fault of the file
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", parts[i].Path, err)
		}
		sums = append(sums, s)
	}
	if err := writeJSON(out, sumsName, about.Made, sums); err != nil {
		return 0, err
	}
	return len(sums), errors.Join(out.Close(), zip.Close())
}

// sink keeps the error of what is written, to tell it from one of what is read.
type sink struct {
	to  io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

func writeJSON(out *tar.Writer, name string, at time.Time, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), ModTime: at}); err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// add copies one file. It is read from one descriptor, so that a file which replaces it meanwhile does not mix with it.
func add(out *tar.Writer, p *Part, read func(bytes int64)) (sum, error) {
	f, err := os.Open(p.Path)
	if err != nil {
		return sum{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sum{}, err
	}
	if !info.Mode().IsRegular() {
		return sum{}, errors.New("is no file")
	}
	size := info.Size()
	if p.Rule == Grow {
		if size, err = wholeLines(f, size); err != nil {
			return sum{}, err
		}
	}
	h, err := tar.FileInfoHeader(info, "")
	if err != nil {
		return sum{}, err
	}
	h.Name, h.Size, h.Format = p.Name, size, tar.FormatPAX
	if err := out.WriteHeader(h); err != nil {
		return sum{}, err
	}
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(out, hash, told(read)), f, size); err != nil {
		return sum{}, err
	}
	return sum{p.Name, size, hex.EncodeToString(hash.Sum(nil))}, nil
}

// told is told of what is written to it.
type told func(bytes int64)

func (t told) Write(p []byte) (int, error) {
	t(int64(len(p)))
	return len(p), nil
}

// wholeLines is how many of the first bytes of a file end with a line.
func wholeLines(f *os.File, size int64) (int64, error) {
	const step = 4096
	buf := make([]byte, step)
	for size > 0 {
		from := max(0, size-step)
		n, err := f.ReadAt(buf[:size-from], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		size = from
	}
	return 0, nil
}

// Create writes a backup into a file that there is not yet, on the disk when it returns, with mode 0600. Until it is whole it has another name; one that a
// process left which was killed is removed.
func Create(file string, about *About, parts []Part, read func(bytes int64)) (files int, err error) {
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("%s: %w; a backup never replaces another one", file, fs.ErrExist)
	}
	dir := filepath.Dir(file)
	pattern := filepath.Join(dir, "."+filepath.Base(file)+".half-*")
	if err := removeLeftovers(pattern); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(dir, filepath.Base(pattern)) // exclusively, with mode 0600
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	files, err = Write(f, about, parts, read)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if err := os.Link(f.Name(), file); err != nil { // fails where there is one by now
		return 0, err
	}
	return files, SyncDir(dir)
}

// SyncDir brings the names in a directory onto the disk.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

package backup

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrDamaged: a backup is not whole, or none at all.
var ErrDamaged = errors.New("is damaged, or no backup of a gateway")

// Staged are the files of a backup that was read and found whole, beside the places that they belong to.
type Staged struct {
	About About
	files []staged
	made  []string // directories
}

// Files are the parts that were read, each with where it is staged.
func (s *Staged) Files() (all []Conflict) {
	for _, f := range s.files {
		all = append(all, Conflict{f.Part, f.temp})
	}
	return all
}

type staged struct {
	Part
	temp string // where it is now; empty: it is not to be put back
}

// maxJSON bounds the first and the last entry, in bytes.
const maxJSON = 16 << 20

// Read reads a backup and stages what it holds. accept says whether a backup of this kind is wanted; place says where a file belongs, false: a
// file that nothing is known of. An error leaves nothing behind.
func Read(r io.Reader, accept func(*About) error, place func(name string) (Part, bool)) (s *Staged, err error) {
	s = &Staged{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Discard())
		}
	}()
	zip, err := gzip.NewReader(r)
	if err != nil {
		return s, damaged(err)
	}
	in := tar.NewReader(zip)
	if err := readJSON(in, aboutName, &s.About); err != nil {
		return s, err
	}
	if s.About.Format > Format {
		return s, fmt.Errorf("is of a later release (%s, format %d): this one reads format %d", s.About.Version, s.About.Format, Format)
	}
	if s.About.Format < 1 {
		return s, damaged(errors.New("no format"))
	}
	if err := accept(&s.About); err != nil {
		return s, err
	}
	return s, s.stage(zip, in, place)
}

// stage writes the files between the first entry and the last.
func (s *Staged) stage(zip io.Reader, in *tar.Reader, place func(string) (Part, bool)) error {
	var seen []sum
	for {
		h, err := in.Next()
		if err != nil {
			return damaged(err)
		}
		if h.Name == sumsName {
			break
		}
		p, known := place(h.Name)
		if !known || h.Typeflag != tar.TypeReg || sparse(h) {
			return damaged(fmt.Errorf("it holds %q, which belongs nowhere", h.Name))
		}
		one, err := s.write(in, h, p)
		if err != nil {
			return err
		}
		seen = append(seen, one)
	}
	var sums []sum
	if err := decodeJSON(in, &sums); err != nil {
		return damaged(err)
	}
	if !slices.Equal(seen, sums) {
		return damaged(errors.New("its files are not those that it was made of"))
	}
	if _, err := io.Copy(io.Discard, zip); err != nil { // the checksum of the whole stands at the end
		return damaged(err)
	}
	return nil
}

// sparse reports whether a file has holes, which the reader fills with zeros: a few bytes of an archive would fill the disk. Write makes none.
func sparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// room refuses a file that is larger than what is free where it belongs, before the first byte of it.
func room(dir string, size int64) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return nil //nolint:nilerr // a file system that does not say so is written to
	}
	if free := fs.Bavail * uint64(fs.Bsize); uint64(size) > free {
		return fmt.Errorf("needs %d bytes in %s, where %d are free", size, dir, free)
	}
	return nil
}

// write stages one file.
func (s *Staged) write(in io.Reader, h *tar.Header, p Part) (sum, error) {
	if err := s.mkdir(filepath.Dir(p.Path)); err != nil {
		return sum{}, err
	}
	if err := room(filepath.Dir(p.Path), h.Size); err != nil {
		return sum{}, err
	}
	pattern := filepath.Join(filepath.Dir(p.Path), "."+filepath.Base(p.Path)+".restore-*")
	if err := removeLeftovers(pattern); err != nil {
		return sum{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(pattern), filepath.Base(pattern))
	if err != nil {
		return sum{}, err
	}
	s.files = append(s.files, staged{p, f.Name()})
	hash := sha256.New()
	source := &faults{from: in}
	n, err := io.Copy(io.MultiWriter(f, hash), source)
	if source.err != nil {
		err = damaged(source.err)
	}
	err = errors.Join(err, f.Chmod(os.FileMode(h.Mode)&0o640|0o600), own(f, h), f.Sync(), f.Close())
	return sum{h.Name, n, hex.EncodeToString(hash.Sum(nil))}, err
}

// removeLeftovers deletes what a process left that was killed.
func removeLeftovers(pattern string) (err error) {
	old, globErr := filepath.Glob(pattern)
	for _, f := range old {
		err = errors.Join(err, os.Remove(f))
	}
	return errors.Join(globErr, err)
}

// faults keeps the error of what is read, to tell it from one of what is written.
type faults struct {
	from io.Reader
	err  error
}

func (f *faults) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// mkdir makes a directory that is missing, for its owner alone.
func (s *Staged) mkdir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := s.mkdir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	s.made = append(s.made, dir)
	return OwnAsParent(dir)
}

// Discard removes what was staged.
func (s *Staged) Discard() (err error) {
	for _, f := range s.files {
		if f.temp != "" {
			err = errors.Join(err, os.Remove(f.temp))
		}
	}
	s.files = nil
	for _, dir := range slices.Backward(s.made) {
		_ = os.Remove(dir) // somebody else may have put something there
	}
	return err
}

func readJSON(in *tar.Reader, name string, value any) error {
	h, err := in.Next()
	if err == nil && h.Name != name {
		err = fmt.Errorf("it begins with %q", h.Name)
	}
	if err == nil {
		err = decodeJSON(in, value)
	}
	if err != nil {
		return damaged(err)
	}
	return nil
}

func decodeJSON(in io.Reader, value any) error {
	return json.NewDecoder(io.LimitReader(in, maxJSON)).Decode(value)
}

func damaged(err error) error { return fmt.Errorf("%w: %w", ErrDamaged, err) }

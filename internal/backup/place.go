package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Conflict is a file that stands where one of the backup belongs.
type Conflict struct {
	Part
	// Staged is the one of the backup.
	Staged string
}

// Stay leaves what is there in the place of a file, if anything is, whatever the rule of its part says.
func (s *Staged) Stay(name string) {
	for i := range s.files {
		if s.files[i].Name == name {
			s.files[i].Rule = Stay
		}
	}
}

// Conflicts are the files that stand in the way. Those that are the same, go on from the backup's or are to stay are none.
func (s *Staged) Conflicts() (all []Conflict, err error) {
	for i := range s.files {
		f := &s.files[i]
		if f.temp == "" {
			continue
		}
		stays, err := f.stays()
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case stays:
			if err := os.Remove(f.temp); err != nil {
				return nil, err
			}
			f.temp = ""
		default:
			all = append(all, Conflict{f.Part, f.temp})
		}
	}
	return all, nil
}

// stays reports whether what is there stays. The error is fs.ErrNotExist if nothing is.
func (f *staged) stays() (bool, error) {
	there, err := os.Open(f.Path)
	if err != nil {
		return false, err
	}
	defer there.Close()
	if f.Rule == Stay {
		return true, nil
	}
	ours, err := os.Open(f.temp)
	if err != nil {
		return false, err
	}
	defer ours.Close()
	begins, whole, err := beginsWith(there, ours)
	return begins && (whole || f.Rule == Grow), err
}

// beginsWith reports whether a file begins with what another one holds, and whether that is all of it.
func beginsWith(there, ours io.Reader) (begins, whole bool, err error) {
	const step = 1 << 16
	a, b := make([]byte, step), make([]byte, step)
	for {
		n, err := io.ReadFull(ours, a)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, false, err
		}
		m, thereErr := io.ReadFull(there, b[:n])
		if n > 0 && thereErr != nil && !errors.Is(thereErr, io.EOF) && !errors.Is(thereErr, io.ErrUnexpectedEOF) {
			return false, false, thereErr
		}
		if m < n || !bytes.Equal(a[:n], b[:m]) {
			return false, false, nil
		}
		if err != nil { // ours ends here
			m, thereErr = there.Read(b[:1])
			if thereErr != nil && !errors.Is(thereErr, io.EOF) {
				return false, false, thereErr
			}
			return true, m == 0, nil
		}
	}
}

// Commit puts the files in place, those that stand in the way aside under their name with the ending, and says how many it has put and where
// others were put. They are on the disk when it returns. With an error and none put, all is as it was.
func (s *Staged) Commit(ending string) (put int, aside []string, err error) {
	if aside, err = s.putAside(ending); err != nil {
		return 0, nil, err
	}
	dirs := map[string]bool{}
	for i := range s.files {
		f := &s.files[i]
		if f.temp == "" {
			continue
		}
		if err := os.Rename(f.temp, f.Path); err != nil {
			return put, aside, err
		}
		f.temp = ""
		put++
		dirs[filepath.Dir(f.Path)] = true
	}
	for _, dir := range s.made {
		dirs[filepath.Dir(dir)] = true
	}
	for dir := range dirs {
		err = errors.Join(err, SyncDir(dir))
	}
	return put, aside, err
}

// putAside gives all files that stand in the way their other names. That needs room on the disk, and putting in place afterwards hardly any.
func (s *Staged) putAside(ending string) (aside []string, err error) {
	for i := range s.files {
		f := &s.files[i]
		if f.temp == "" {
			continue
		}
		switch name, err := putAside(f.Path, ending); {
		case err == nil:
			aside = append(aside, name)
		case !errors.Is(err, fs.ErrNotExist):
			err = fmt.Errorf("put %s aside: %w", f.Path, err)
			for _, name := range aside {
				err = errors.Join(err, os.Remove(name)) // another name of what is there yet
			}
			return nil, err
		}
	}
	return aside, nil
}

// putAside gives a file another name beside its own, and answers it. One that was broken off right afterwards, with the same ending, may have done
// so; what is there under that name and is another file stays.
func putAside(path, ending string) (name string, err error) {
	for i := 1; ; i++ {
		name = path + ending
		if i > 1 {
			name += "-" + strconv.Itoa(i)
		}
		switch err := os.Link(path, name); {
		case errors.Is(err, fs.ErrExist) && !same(path, name):
		case errors.Is(err, fs.ErrExist):
			return name, nil
		default:
			return name, err
		}
	}
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, err := os.Lstat(a)
	y, otherErr := os.Lstat(b)
	return err == nil && otherErr == nil && os.SameFile(x, y)
}

package memstore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// A sealed file is: 16 bytes of magic, kind and version; the payload; its length and CRC-32C (8+4 bytes, little
// endian). The seal comes last so that a large payload can be streamed.
const (
	magic   = "einlass\x00"
	headLen = 16
	sealLen = 12

	// fileVersion is what this release writes. It also reads firstVersion, see before; earlier releases read that alone, and set
	// a file of a later version aside as damaged.
	fileVersion  = 2
	firstVersion = 1
)

var errDamaged = errors.New("damaged state file")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// kind tells the two state files apart, so that one is never read as the other.
type kind string

const (
	kindMarks  kind = "mark"
	kindPlaces kind = "plac"
)

// writeSealed replaces path by what body writes: to a new file, synced, renamed, and the directory synced, so that
// after a crash at any point path holds either the old content or the new.
func writeSealed(path string, k kind, body func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := sealInto(f, k, body); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func sealInto(f *os.File, k kind, body func(io.Writer) error) error {
	out := bufio.NewWriterSize(f, 1<<16)
	head := make([]byte, 0, headLen)
	head = append(append(head, magic...), k...)
	head = binary.LittleEndian.AppendUint32(head, fileVersion)
	if _, err := out.Write(head); err != nil {
		return err
	}
	sum := &summer{to: out}
	if err := body(sum); err != nil {
		return err
	}
	seal := binary.LittleEndian.AppendUint64(make([]byte, 0, sealLen), sum.n)
	seal = binary.LittleEndian.AppendUint32(seal, sum.crc)
	if _, err := out.Write(seal); err != nil {
		return err
	}
	return out.Flush()
}

// summer counts and sums what passes through.
type summer struct {
	to  io.Writer
	n   uint64
	crc uint32
}

func (s *summer) Write(p []byte) (int, error) {
	s.n += uint64(len(p))
	s.crc = crc32.Update(s.crc, castagnoli, p)
	return s.to.Write(p)
}

// readSealed is the payload of the file at path, and its version: os.ErrNotExist if there is none, errDamaged if it is not
// whole or of a version that this program does not read.
func readSealed(path string, k kind) (payload []byte, version uint32, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	if len(data) < headLen+sealLen || string(data[:8]) != magic || string(data[8:12]) != string(k) {
		return nil, 0, fmt.Errorf("%s: not a state file of this kind: %w", path, errDamaged)
	}
	version = binary.LittleEndian.Uint32(data[12:])
	if version != firstVersion && version != fileVersion {
		return nil, 0, fmt.Errorf("%s: version %d, this program reads versions %d and %d: %w",
			path, version, firstVersion, fileVersion, errDamaged)
	}
	payload, seal := data[headLen:len(data)-sealLen], data[len(data)-sealLen:]
	if n := binary.LittleEndian.Uint64(seal); n != uint64(len(payload)) {
		return nil, 0, fmt.Errorf("%s: %d bytes of %d are there: %w", path, len(payload), n, errDamaged)
	}
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(seal[8:]) {
		return nil, 0, fmt.Errorf("%s: the checksum does not match: %w", path, errDamaged)
	}
	return payload, version, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

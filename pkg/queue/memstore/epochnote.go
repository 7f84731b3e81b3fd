package memstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
)

// epochNote is the latest epoch that a process began, in the first bytes of the lock file. Writing over bytes that are
// there needs no room on the disk. So even a process that cannot write the marks leaves word of its epoch, and no later
// process begins the same one: (epoch, number) stays unique however often processes die on a full disk.
type epochNote struct {
	file  *os.File
	begun uint64 // 0: nothing is known
}

const epochNoteLen = 12 // the epoch and its CRC-32C, little endian

// readEpochNote reads the note of an earlier process. One that is not whole says nothing, as the empty lock files of
// earlier versions do.
func readEpochNote(f *os.File) epochNote {
	n := epochNote{file: f}
	var b [epochNoteLen]byte
	if _, err := f.ReadAt(b[:], 0); err != nil || crc32.Checksum(b[:8], castagnoli) != binary.LittleEndian.Uint32(b[8:]) {
		return n
	}
	if epoch := binary.LittleEndian.Uint64(b[:8]); epoch < 1<<31 {
		n.begun = epoch
	}
	return n
}

// write notes an epoch, on the disk when it returns. It does nothing for one that is not later than the noted one.
func (n *epochNote) write(epoch uint64) error {
	if epoch <= n.begun {
		return nil
	}
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, epochNoteLen), epoch)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	if _, err := n.file.WriteAt(b, 0); err != nil {
		return fmt.Errorf("note epoch %d: %w", epoch, err)
	}
	if err := n.file.Sync(); err != nil {
		return fmt.Errorf("note epoch %d: %w", epoch, err)
	}
	n.begun = epoch
	return nil
}

// begun is the latest epoch that a process began, as far as is known; 0 without files.
func (k *keeper) begun() uint64 {
	if k == nil {
		return 0
	}
	k.write.Lock()
	defer k.write.Unlock()
	return k.note.begun
}

package memstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
)

// epochNote is the latest epoch that a process began and the highest number that it may have given in it, in the first
// bytes of the lock file. Writing over bytes that are there needs no room on the disk. So a process that cannot
// write the marks still notes its epoch, and no later process begins the same one or gives its numbers again, however
// often processes die on a full disk.
type epochNote struct {
	file     *os.File
	begun    uint64 // 0: nothing is known
	reserved uint64
}

const epochNoteLen = 20 // epoch, number, and their CRC-32C, little endian

// readEpochNote reads the note of an earlier process. One that is not whole says nothing, as the empty lock files of
// earlier versions do.
func readEpochNote(f *os.File) epochNote {
	n := epochNote{file: f}
	var b [epochNoteLen]byte
	if _, err := f.ReadAt(b[:], 0); err != nil || crc32.Checksum(b[:16], castagnoli) != binary.LittleEndian.Uint32(b[16:]) {
		return n
	}
	if epoch := binary.LittleEndian.Uint64(b[:8]); epoch < 1<<31 {
		n.begun, n.reserved = epoch, binary.LittleEndian.Uint64(b[8:16])
	}
	return n
}

// write notes an epoch and a number, on the disk when it returns. It does nothing for an epoch before the noted one, nor
// for the same epoch and a number that is not higher.
func (n *epochNote) write(epoch, reserved uint64) error {
	if epoch < n.begun || epoch == n.begun && reserved <= n.reserved {
		return nil
	}
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, epochNoteLen), epoch)
	b = binary.LittleEndian.AppendUint64(b, reserved)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	if _, err := n.file.WriteAt(b, 0); err != nil {
		return fmt.Errorf("note epoch %d: %w", epoch, err)
	}
	if err := n.file.Sync(); err != nil {
		return fmt.Errorf("note epoch %d: %w", epoch, err)
	}
	n.begun, n.reserved = epoch, reserved
	return nil
}

// given is the highest number that may have been given by now, as marks of that epoch and the note say.
func (n *epochNote) given(epoch, reserved uint64) uint64 {
	if n.begun < epoch {
		return reserved
	}
	return max(reserved, n.reserved)
}

// noted is the note as it stands now, empty without files.
func (k *keeper) noted() epochNote {
	if k == nil {
		return epochNote{}
	}
	k.write.Lock()
	defer k.write.Unlock()
	return k.note
}

package main

import (
	"io"
	"os"
	"time"

	"github.com/einlass/einlass/internal/backup"
	"github.com/einlass/einlass/internal/progress"
)

// progressOf shows how far work is, where out is a terminal.
func progressOf(out io.Writer, what string, total int64, now func() time.Time) *progress.Meter {
	if !isTerminal(out) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return progress.New(out, what, total, now)
}

// sizeOf is what the files of a backup hold, in bytes.
func sizeOf(parts []backup.Part) (total int64) {
	for i := range parts {
		if info, err := os.Stat(parts[i].Path); err == nil {
			total += info.Size()
		}
	}
	return total
}

// lengthOf is how many bytes there are to read; 0: nobody knows.
func lengthOf(in io.Reader) int64 {
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

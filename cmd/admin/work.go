package main

import (
	"os"

	"github.com/einlass/einlass/internal/progress"
)

// work shows how far the reading of files is: on a terminal, and never beside an answer for programs.
func (a *app) work(what string, files []string) *progress.Meter {
	if !a.shows || a.json {
		return nil
	}
	var total int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			total += info.Size()
		}
	}
	return progress.New(a.err, what, total, a.now)
}

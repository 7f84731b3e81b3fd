package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue/journal"
)

const (
	// journalPart is after what time a journal goes on in another file, so that what is older can be deleted.
	journalPart = 24 * time.Hour
	// journalLook is how often that is looked at.
	journalLook = 10 * time.Minute
)

// journals are those that are written, each with the time when its file began. The zero value has none.
type journals struct {
	mu   sync.Mutex
	open []openJournal
}

type openJournal struct {
	file  *journal.File
	began time.Time
}

func (j *journals) add(file *journal.File) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open = append(j.open, openJournal{file, time.Now()})
}

// run begins other files and deletes old ones, until ctx ends.
func (j *journals) run(ctx context.Context, cfg *config.Journal, log *zap.Logger) error {
	tick := time.NewTicker(journalLook)
	defer tick.Stop()
	for {
		j.look(time.Now(), cfg, log)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look does what is due.
func (j *journals) look(now time.Time, cfg *config.Journal, log *zap.Logger) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open = slices.DeleteFunc(j.open, func(o openJournal) bool { return o.part(now, log) })
	if cfg.Retention == 0 {
		return
	}
	var inUse []string
	for _, o := range j.open {
		inUse = append(inUse, o.file.Name())
	}
	deleted, err := journal.DeleteOld(cfg.Dir, now.Add(-cfg.Retention), inUse...)
	if len(deleted) > 0 {
		log.Info("old journals deleted", zap.Strings("files", deleted))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Error("old journals cannot be deleted", zap.Error(err))
	}
}

// part begins another file when it is time. ended: the journal has ended.
func (o *openJournal) part(now time.Time, log *zap.Logger) (ended bool) {
	if now.Sub(o.began) < journalPart {
		return false
	}
	goesOn, err := o.file.Part()
	if err != nil {
		log.Error("journal goes on in the file that it has", zap.Error(err))
		return !goesOn
	}
	o.began = now
	return !goesOn
}

// journalsOf names the journals of a room; nil: none are written.
func journalsOf(cfg *config.Config, room string) func() ([]string, error) {
	if cfg.Journal.Dir == "" {
		return nil
	}
	return func() ([]string, error) { return journal.Find(cfg.Journal.Dir, room) }
}

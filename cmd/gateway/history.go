package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/history"
)

// openHistory opens what a line did over the last day. It stands in a directory beside the state of the lines, or in memory alone: no
// visitor waits for want of it, so nothing that is wrong with the file stops a line.
func (a *app) openHistory(l *line, log *zap.Logger) {
	l.history = history.New()
	if a.stores.cfg.State.Dir == "" || a.open.look {
		return
	}
	dir := statePath(a.stores.cfg, "history")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var kept *history.Ring
		var damaged error
		if kept, damaged, err = history.Open(filepath.Join(dir, l.id), func(err error) { reportHistory(log, err) }); err == nil {
			l.history = kept
		}
		if damaged != nil {
			log.Error("file of the room's history refused, it begins anew", zap.Error(damaged))
		}
	}
	if err != nil {
		log.Error("the room's history cannot be kept over a restart", zap.Error(err))
	}
}

func reportHistory(log *zap.Logger, err error) {
	if err != nil {
		log.Error("the room's history cannot be written, it would not survive a restart", zap.Error(err))
		return
	}
	log.Info("the room's history is written again")
}

// closeHistory keeps the step under way.
func (l *line) closeHistory() error {
	if l.history == nil {
		return nil
	}
	return l.history.Close()
}

// watch notes what the line does, until ctx ends.
func (l *line) watch(ctx context.Context) error {
	return (&history.Recorder{Ring: l.history, View: l.View, Now: l.Now}).Run(ctx)
}

// past is what the line did in a span before now, in so many points.
func (l *line) past(span time.Duration, points int) history.Answer {
	return l.history.Ask(time.UnixMilli(l.Now()), span, points)
}

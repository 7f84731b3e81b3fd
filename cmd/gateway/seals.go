package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// seals are what a process that hands over has closed its state files with, by room. Its successor goes on in the same epochs.
type seals map[string]memstore.Seal

// take answers the seal of a room's files, once: whoever opens them later has not got them from who closed them.
func (s seals) take(room string) *memstore.Seal {
	seal, ok := s[room]
	if !ok {
		return nil
	}
	delete(s, room)
	return &seal
}

// sealed are the seals of the stores that are closed, as a successor reads them.
func (s *stores) sealed() (json.RawMessage, error) {
	all := seals{}
	for room, store := range s.embedded {
		if seal, ok := store.Seal(); ok {
			all[room] = seal
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("seals of the state files: %w", err)
	}
	return text, nil
}

// kept saves the lines that are in this process: what a hand-over closes must be whole on the disk, or a line that goes on in memory would
// begin anew without what the files miss.
func (s *stores) kept() error {
	var errs []error
	for room, store := range s.embedded {
		if err := store.Save(); err != nil && !errors.Is(err, queue.ErrClosed) { // closed: of a room that was removed
			errs = append(errs, fmt.Errorf("room %s: the line goes on in memory alone, its state files cannot be written: %w", room, err))
		}
	}
	return errors.Join(errs...)
}

// unseal reads what a predecessor says; of a release before it says nothing.
func (s *stores) unseal(left json.RawMessage) error {
	if left == nil {
		return nil
	}
	if err := json.Unmarshal(left, &s.seals); err != nil {
		return fmt.Errorf("seals of the state files: %w", err)
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"

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

package memstore

// Lose forgets everything, as a process that starts anew without files.
func (s *Store) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.room = nil
}

// Release is the same line as a release sees it that reads rooms up to a format.
func (s *Store) Release(format int) *Store { return &Store{line: s.line, format: format} }

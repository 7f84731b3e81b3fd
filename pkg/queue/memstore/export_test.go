package memstore

// Lose forgets everything, as a process that starts anew without files.
func (s *Store) Lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.room = nil
}

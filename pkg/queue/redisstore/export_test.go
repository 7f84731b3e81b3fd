package redisstore

// Release is the same store as a release uses it that reads rooms of formats up to this one.
func (s *Store) Release(format int) *Store {
	return &Store{client: s.client, keys: s.keys, clock: s.clock, format: format, scripts: s.scripts}
}

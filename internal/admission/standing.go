package admission

// Standing is what a proxy knows of a site without anybody's requests.
type Standing uint8

const (
	// StandingUnknown: nothing has been asked.
	StandingUnknown Standing = iota
	// StandingUp: a health check passed at an address.
	StandingUp
	// StandingDown: the health check fails at every address, or nobody can be connected to.
	StandingDown
)

// Watch lets a proxy say how the site stands as far as it can see. It is asked by Sample, and must not call the Meter. forget ends it.
func (m *Meter) Watch(stands func() Standing) (forget func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.next
	m.next++
	m.stand[id] = stands
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.stand, id)
	}
}

package citizens

// Stats are the counters as of now.
func (c *Crowd) Stats() Stats {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	return c.meter.s
}

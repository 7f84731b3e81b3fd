package gateway

// KnownStays is how many stays the first room of a gateway remembers.
func (g *Gateway) KnownStays() int { return g.rooms[0].stays.known() }

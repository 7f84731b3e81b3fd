package config

// Draw is how a room's openings are drawn.
type Draw struct {
	// Beacon is one of draw.Rules.
	Beacon string `yaml:"beacon"`
	Lots   Lots   `yaml:"lots"`
}

// Lots is how many of one network's arrivals get a number in the lobby of a draw; whoever else comes from there joins after the start.
type Lots struct {
	// IPv4 is for one address; 0: no bound.
	IPv4 int64 `yaml:"ipv4"`
	// IPv6 is for a /64; a /56 has twice as many, a /48 eight times. 0: no bound.
	IPv6 int64 `yaml:"ipv6"`
}

// mostLots bounds what is accepted: eight times as many still count in 31 bits.
const mostLots = 100_000_000

func (ch *checker) draw(at string, d *Draw) {
	ch.beacon(at+".beacon", d.Beacon)
	offOr(ch, at+".lots.ipv4", d.Lots.IPv4, 1, mostLots, " numbers")
	offOr(ch, at+".lots.ipv6", d.Lots.IPv6, 1, mostLots, " numbers")
}

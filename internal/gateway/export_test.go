package gateway

// KnownStays is how many stays the first room of a gateway remembers.
func (g *Gateway) KnownStays() int { return g.table.Load().rooms[0].stays.known() }

// Waiting is how many requests of the first room wait for others of their stay.
func (g *Gateway) Waiting() (n int) {
	s := g.table.Load().rooms[0].stays
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		for _, st := range shard.all {
			n += len(st.waiting)
		}
		shard.mu.Unlock()
	}
	return n
}

// ParseSaid, SaidThen and SaidMark are those of said.
func ParseSaid(query string, number uint64) (ends, told int64) {
	s := parseSaid([]byte(query), number)
	return s.ends, s.told
}

func SaidThen(ends, told, now, high int64) (nextEnds, nextTold int64, worse bool) {
	s, worse := said{ends: ends, told: told}.then(now, high)
	return s.ends, s.told, worse
}

func SaidMark(ends, told int64, number uint64) string {
	return said{ends: ends, told: told, state: "recovering"}.mark(number)
}

package limit

import (
	"hash/maphash"
	"net/netip"
	"sync"
)

// Lots bounds how many of one network's arrivals take part in a draw: each number that a lobby gives is a lot, and a network that asks
// for many would win many places. It counts them for one lobby at a time, at this gateway, and forgets all of them with the lobby's
// end: the next one counts afresh, under another key. The count is exact; there are no addresses in it, only keyed hashes.
// Only lots that were given are remembered, so its memory is bounded by them: at most three entries each, about 37 bytes an entry.
//
// The zero value is ready and bounds nothing. Safe for concurrent use.
type Lots struct {
	mu     sync.Mutex
	most   LotsOf
	lobby  string
	seed   maphash.Seed
	given  map[uint64]int32
	beyond bool // somebody has asked for one too many
}

// LotsOf is how many lots one network has: an IPv4 address, and an IPv6 /64; a /56 has twice as many, a /48 eight times. 0: no bound.
type LotsOf struct{ IPv4, IPv6 int64 }

// Limit sets the bounds. What was given stays given.
func (l *Lots) Limit(most LotsOf) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = most
}

// See says which lobby is open, empty: none. It forgets the lots of every other one.
func (l *Lots) See(lobby string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.see(lobby)
}

func (l *Lots) see(lobby string) {
	if lobby != l.lobby {
		l.lobby, l.given, l.beyond = lobby, nil, false
	}
}

// Take takes one lot of a lobby for an address, from each of its networks or from none. first: it is the first of the lobby that
// there is none for. An address that is not known at all is not limited.
func (l *Lots) Take(lobby string, client netip.Addr) (ok, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.see(lobby)
	nets := l.networks(client)
	most := l.mostOf(client)
	if most == 0 {
		return true, false
	}
	for i, key := range nets.All() {
		if int64(l.given[key]) >= most*int64(Shares[i]) {
			first, l.beyond = !l.beyond, true
			return false, first
		}
	}
	for _, key := range nets.All() {
		l.given[key]++
	}
	return true, false
}

// Return gives a lot back that was taken and for which there was no number. Of another lobby than the present one there is nothing
// to give back.
func (l *Lots) Return(lobby string, client netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lobby != l.lobby || l.given == nil || l.mostOf(client) == 0 {
		return
	}
	nets := l.networks(client)
	for _, key := range nets.All() {
		if l.given[key]--; l.given[key] <= 0 {
			delete(l.given, key)
		}
	}
}

// networks are those of an address, by the key of this lobby.
func (l *Lots) networks(client netip.Addr) Networks {
	if l.given == nil {
		l.given, l.seed = map[uint64]int32{}, maphash.MakeSeed()
	}
	return NetworksOf(l.seed, client)
}

// mostOf is how many lots an address has, 0: no bound.
func (l *Lots) mostOf(client netip.Addr) int64 {
	if client.Unmap().Is4() {
		return l.most.IPv4
	}
	return l.most.IPv6
}

package fair

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Crowd is a lobby with somebody in it who asks for many numbers, from several networks.
type Crowd struct {
	// People come honestly, each once and from a network of its own.
	People int
	// Places are given out, to the first ones of the draw.
	Places int
	// Networks are the attacker's, each of which asks Asks times; IPv6: each is a /48, of which it uses every /64.
	Networks, Asks int
	IPv6           bool
	// Lots are the bounds; the zero value: none.
	Lots limit.LotsOf
}

// Gain is what that brings, over several draws.
type Gain struct {
	// Numbers are all that the lobby gave, Own those of them that the attacker has.
	Numbers, Own int
	// Won is how many places it gets on average, Any the share of the draws in which it gets one, Honest the chance of each of the others.
	Won, Any, Honest float64
}

// Play lets a crowd come in a random order and draws several times.
func (c *Crowd) Play(draws int, rng *rand.Rand) (Gain, error) {
	own := c.lobby(rng)
	g := Gain{Numbers: len(own)}
	for _, mine := range own {
		if mine {
			g.Own++
		}
	}
	places := min(c.Places, len(own))
	for range draws {
		var seed [32]byte
		for i := range 4 {
			binary.BigEndian.PutUint64(seed[8*i:], rng.Uint64())
		}
		order, err := draw.New(seed, uint64(len(own)))
		if err != nil {
			return g, fmt.Errorf("draw: %w", err)
		}
		won := 0
		for place := range places {
			at, err := order.Position(uint64(place))
			if err != nil {
				return g, fmt.Errorf("draw: %w", err)
			}
			if own[at] {
				won++
			}
		}
		g.Won += float64(won) / float64(draws)
		if won > 0 {
			g.Any += 1 / float64(draws)
		}
	}
	g.Honest = (float64(places) - g.Won) / float64(c.People)
	return g, nil
}

// lobby is all numbers in the order in which they were given, and which of them are the attacker's.
func (c *Crowd) lobby(rng *rand.Rand) (own []bool) {
	var lots limit.Lots
	lots.Limit(c.Lots)
	arrivals := make([]int, 0, c.People+c.Networks*c.Asks) // the network, -1: an honest one
	for range c.People {
		arrivals = append(arrivals, -1)
	}
	for n := range c.Networks {
		for range c.Asks {
			arrivals = append(arrivals, n)
		}
	}
	rng.Shuffle(len(arrivals), func(i, j int) { arrivals[i], arrivals[j] = arrivals[j], arrivals[i] })
	honest := 0
	for i, network := range arrivals {
		client := c.address(network, i)
		if network < 0 {
			client = netip.AddrFrom4([4]byte{10, byte(honest >> 16), byte(honest >> 8), byte(honest)})
			honest++
		}
		if ok, _ := lots.Take("lobby", client); ok {
			own = append(own, network >= 0)
		}
	}
	return own
}

// address is one of an attacker's network.
func (c *Crowd) address(network, i int) netip.Addr {
	if !c.IPv6 {
		return netip.AddrFrom4([4]byte{198, 18, byte(network >> 8), byte(network)})
	}
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(network >> 8), byte(network), byte(i >> 8), byte(i)})
}

// Carriers is a crowd of whom a part comes through the few addresses of mobile networks.
type Carriers struct {
	People int
	// Mobile is the part that does, over three carriers of 40, 35 and 25 %, each with Addresses. Of them the part IPv6 comes by IPv6, each
	// from a /64 of its own.
	Mobile, IPv6 float64
	Addresses    int
	Lots         limit.LotsOf
}

// Beyond is the part of all people who get no number in the lobby.
func (c *Carriers) Beyond(rng *rand.Rand) float64 {
	var lots limit.Lots
	lots.Limit(c.Lots)
	beyond := 0
	for i := range c.People {
		client := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if rng.Float64() < c.Mobile {
			carrier := 0
			switch r := rng.Float64(); {
			case r >= 0.75:
				carrier = 2
			case r >= 0.40:
				carrier = 1
			}
			if rng.Float64() < c.IPv6 {
				// A phone has a /64 of its own, and its carrier hands them out of a /32.
				a := [16]byte{0x20, 0x01, 0x0d, byte(carrier)}
				binary.BigEndian.PutUint32(a[4:8], rng.Uint32())
				client = netip.AddrFrom16(a)
			} else {
				client = netip.AddrFrom4([4]byte{100, 64 + byte(carrier), 0, byte(rng.IntN(c.Addresses))})
			}
		}
		if ok, _ := lots.Take("lobby", client); !ok {
			beyond++
		}
	}
	return float64(beyond) / float64(c.People)
}

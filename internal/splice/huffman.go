package splice

import (
	"cmp"
	"math/bits"
	"slices"
)

// Sizes of the alphabets of RFC 1951 section 3.2.5 and 3.2.7.
const (
	endOfBlock  = 256
	symbols     = 286 // literals, end of block, lengths
	distances   = 30
	lengthCodes = 19

	shortest = 3
	longest  = 258
	farthest = 32768
)

// code is a Huffman code, its bits in the order in which they are sent.
type code struct {
	bits  uint16
	count uint8
}

// with is the code and what follows it.
func (c code) with(extra uint64, more uint) (bits uint64, count uint) {
	return uint64(c.bits) | extra<<(c.count&31), uint(c.count) + more
}

// codeLengths are those of a Huffman code for symbols that occur so often, none longer than limit; 0 for a symbol that does not
// occur. A code that would be too long makes the frequencies more alike until none is.
func codeLengths(often []int, limit uint8) []uint8 {
	often = slices.Clone(often)
	for {
		lengths := huffman(often)
		if slices.Max(lengths) <= limit {
			return lengths
		}
		for i, n := range often {
			if n > 0 {
				often[i] = n/2 + 1
			}
		}
	}
}

// huffman are the lengths of the shortest code. A lone symbol has a code of one bit.
func huffman(often []int) []uint8 {
	type node struct{ often, left, right int }
	var nodes []node
	var leaves []int // symbols
	for s, n := range often {
		if n > 0 {
			leaves = append(leaves, s)
		}
	}
	slices.SortStableFunc(leaves, func(a, b int) int { return cmp.Compare(often[a], often[b]) })
	for _, s := range leaves {
		nodes = append(nodes, node{often: often[s], left: -1})
	}
	lengths := make([]uint8, len(often))
	if len(leaves) == 1 {
		lengths[leaves[0]] = 1
		return lengths
	}
	// Both leaves and inner nodes are in order of their frequency, so the two least are at the front of one or the other.
	leaf, inner := 0, len(leaves)
	least := func() int {
		if leaf < len(leaves) && (inner == len(nodes) || nodes[leaf].often <= nodes[inner].often) {
			leaf++
			return leaf - 1
		}
		inner++
		return inner - 1
	}
	for range len(leaves) - 1 {
		a, b := least(), least()
		nodes = append(nodes, node{nodes[a].often + nodes[b].often, a, b})
	}
	depth := make([]uint8, len(nodes))
	for i := len(nodes) - 1; i >= len(leaves); i-- {
		depth[nodes[i].left], depth[nodes[i].right] = depth[i]+1, depth[i]+1
	}
	for i, s := range leaves {
		lengths[s] = depth[i]
	}
	return lengths
}

// codesOf are the codes for lengths (RFC 1951 section 3.2.2).
func codesOf(lengths []uint8) []code {
	var next [17]uint16
	for _, n := range lengths {
		if n > 0 {
			next[n+1]++
		}
	}
	var first uint16
	for n := 1; n < len(next); n++ {
		first = (first + next[n]) << 1
		next[n] = first
	}
	codes := make([]code, len(lengths))
	for s, n := range lengths {
		if n > 0 {
			codes[s] = code{bits.Reverse16(next[n]) >> (16 - n), n}
			next[n]++
		}
	}
	return codes
}

// lengthSymbol is the symbol of a length from 3 to 258, and the extra bits behind its code (RFC 1951 section 3.2.5).
func lengthSymbol(length int) (symbol int, extra uint64, count uint) {
	x := uint(length - shortest)
	switch {
	case length == longest:
		return 285, 0, 0
	case x < 8:
		return 257 + int(x), 0, 0
	}
	n := uint(bits.Len(x)) - 1
	return 257 + 4*int(n-1) + int(x>>(n-2)&3), uint64(x & (1<<(n-2) - 1)), n - 2
}

// distanceSymbol is the same for a distance from 1 to 32,768.
func distanceSymbol(distance int) (symbol int, extra uint64, count uint) {
	x := uint(distance - 1)
	if x < 4 {
		return int(x), 0, 0
	}
	n := uint(bits.Len(x)) - 1
	return 2*int(n) + int(x>>(n-1)&1), uint64(x & (1<<(n-1) - 1)), n - 1
}

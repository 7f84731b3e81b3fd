package token

import (
	"bytes"
	"fmt"
	"strconv"
)

// Rank is what epoch and number do not tell of a place. The zero value is that of
// a place whose order follows from its number, in the first lane, without a code.
// Each of its claims is left out of a token where it is zero. Whoever issues a
// token in place of another one copies it.
type Rank struct {
	Order uint64 // rank in the room's total order, 1 to 2^53-1; 0: it follows from epoch and number
	Lane  uint8  // 0 to 7
	Code  ID     // the code that the place used; zero: none
	Uses  uint8  // how many visitors may use the code, 1 to 16; 0 without a code
}

// Bounds of a rank.
const (
	maxRankOrder = 1<<53 - 1
	maxRankLane  = 7
	maxRankUses  = 16
	// maxRank is the length of the longest: all four claims with their commas.
	maxRank = len(`,"order":9007199254740991,"lane":7,"code":"","uses":16`) + idText
)

// check refuses a rank that no place has.
func (r *Rank) check() error {
	if r.Order > maxRankOrder || r.Lane > maxRankLane || r.Uses > maxRankUses || (r.Code == ID{}) != (r.Uses == 0) {
		return fmt.Errorf("%w: order %d, lane %d, uses %d: want at most %d, %d and %d, and uses where there is a code",
			ErrInvalidClaims, r.Order, r.Lane, r.Uses, int64(maxRankOrder), maxRankLane, maxRankUses)
	}
	return nil
}

// append appends the claims as members of a JSON object, each with the comma
// before it.
func (r *Rank) append(dst []byte) []byte {
	if r.Order != 0 {
		dst = append(dst, `,"order":`...)
		dst = strconv.AppendUint(dst, r.Order, 10)
	}
	if r.Lane != 0 {
		dst = append(dst, `,"lane":`...)
		dst = strconv.AppendUint(dst, uint64(r.Lane), 10)
	}
	if r.Uses != 0 {
		dst = append(dst, `,"code":"`...)
		dst = r.Code.append(dst)
		dst = append(dst, `","uses":`...)
		dst = strconv.AppendUint(dst, uint64(r.Uses), 10)
	}
	return dst
}

// rank steps over what Rank.append writes.
func (c *cursor) rank() (r Rank) {
	if c.optional(`,"order":`) {
		r.Order = c.positive(maxRankOrder)
	}
	if c.optional(`,"lane":`) {
		r.Lane = uint8(c.positive(maxRankLane))
	}
	if c.optional(`,"code":"`) {
		if code := c.quoted(); !r.Code.decode(code) || r.Code == (ID{}) {
			c.bad = true
		}
		c.literal(`","uses":`)
		r.Uses = uint8(c.positive(maxRankUses))
	}
	return r
}

// optional steps over text if it is next.
func (c *cursor) optional(text string) bool {
	rest, ok := bytes.CutPrefix(c.rest, []byte(text))
	if ok {
		c.rest = rest
	}
	return ok
}

// positive steps over a number from 1 to limit.
func (c *cursor) positive(limit uint64) uint64 {
	n := c.number(limit)
	if n == 0 {
		c.bad = true
	}
	return n
}

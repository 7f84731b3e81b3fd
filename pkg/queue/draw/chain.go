package draw

// Rule says which value, unknown before the start, decides a draw with the secret.
type Rule string

const (
	// Drand: the randomness of a chain of the drand network, of a round that begins after the lobby is frozen.
	Drand Rule = "drand"
	// ByHand: a line that an official types in after the start, of dice or of a lottery.
	ByHand Rule = "typed"
	// None: the secret alone decides.
	None Rule = "none"
)

// Rules are all there are.
func Rules() []Rule { return []Rule{Drand, ByHand, None} }

// Chain is a chain of the drand network, of the scheme bls-unchained-g1-rfc9380.
type Chain struct {
	Hash Value `json:"hash"`
	Key  Bytes `json:"key"`
	// Genesis is when round 1 begins, in Unix seconds, and Period how many seconds a round takes.
	Genesis int64 `json:"genesis"`
	Period  int64 `json:"period"`
}

// later is how long after the freeze the beacon's round begins at least, in ms: time to publish what was frozen.
const later = 10_000

// Round is the round that decides a draw that was frozen at a time, in Unix milliseconds: the first that begins ten seconds after
// that or later.
func (c *Chain) Round(frozen int64) uint64 {
	ms := c.Period * 1000
	wait := frozen + later - c.Genesis*1000
	if wait <= 0 || ms <= 0 {
		return 1
	}
	return 1 + uint64((wait+ms-1)/ms)
}

// Begins is when a round begins, in Unix milliseconds.
func (c *Chain) Begins(round uint64) int64 {
	return (c.Genesis + int64(round-1)*c.Period) * 1000
}

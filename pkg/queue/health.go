package queue

// JudgeTick is how long one tick of a judgement is, in milliseconds of the store's clock: tick k is [k*JudgeTick, (k+1)*JudgeTick).
const JudgeTick = 5000

// MaxHealthText bounds what a Health says, in bytes.
const MaxHealthText = 2 << 10

// Health judges the site behind a room, once each tick. All gateways of a room send what they saw of the site, and each of them
// may be the one that judges: the first judgement of a tick stands. Its methods are called one at a time.
type Health interface {
	// Sample is what this process saw of the site in a tick that is over, as opaque text of at most MaxHealthText bytes; empty:
	// nothing was seen.
	Sample(tick int64) string
	// Judge is pure: it answers the verdict on a tick, and every process answers alike.
	Judge(in HealthInput) HealthVerdict
}

// HealthInput is what a site is judged by.
type HealthInput struct {
	// Tick is the one that is judged; Last the one that was judged before, 0: none.
	Tick, Last int64
	// Before is the Text of the judgement before; empty: there is none.
	Before string
	// Samples are those of all gateways for Tick that are not empty, in no order.
	Samples []string
	// Document holds the pace and settings in force, Opening the phase. They must not be changed.
	Document *Document
	Opening  *Opening
}

// HealthVerdict is the judgement on one tick.
type HealthVerdict struct {
	// Factor, in permille, 0 to 1000, multiplies the pace as it is: a Health that only advises answers 1000.
	Factor int64
	// Text is what the next judgement needs, of at most MaxHealthText bytes.
	Text string
}

// HealthMode says what is done with the judgement of a site's health.
type HealthMode string

const (
	// HealthAct holds the pace back while the site is not well. The default.
	HealthAct HealthMode = "act"
	// HealthAdvise says what would be done, and does nothing.
	HealthAdvise HealthMode = "advise"
	// HealthOff judges nothing.
	HealthOff HealthMode = "off"
)

// Valid reports whether it is one of the modes.
func (m HealthMode) Valid() bool { return m == HealthAct || m == HealthAdvise || m == HealthOff }

package operator

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// ErrConfirm means that an act was refused because it takes something from people and was not confirmed. It comes as a *ConfirmError.
var ErrConfirm = errors.New("it has to be confirmed")

// asked reports whether nothing was done yet because somebody was asked to confirm it: nothing is recorded of it.
func asked(err error) bool { return errors.Is(err, ErrConfirm) }

// EffectKind is what a dangerous act does, for programs that say it in other words.
type EffectKind string

// The kinds of effects. Of each, Count is how many people or codes are concerned; 0: it is not known, or none is counted.
const (
	EffectOpenAll      EffectKind = "open_all"      // nobody waits: Count people in the line go in at once
	EffectNoPlaces     EffectKind = "no_places"     // nobody gets a place any more: Count came in the last minute
	EffectSchedule     EffectKind = "schedule"      // the opening under way is changed: Count people are in its lobby or line
	EffectStaysEnd     EffectKind = "stays_end"     // all stays end
	EffectStayEnd      EffectKind = "stay_end"      // one stay ends: Count is the number of the place
	EffectPlaceRemoved EffectKind = "place_removed" // one place is taken out of the line: Count is its number
	EffectCodesRevoked EffectKind = "codes_revoked" // Count codes let nobody in any more
)

// ConfirmError says what a dangerous act would do. The same act with Code does it, for some minutes and as long as it concerns not many more.
type ConfirmError struct {
	Kind   EffectKind
	Count  int64
	Effect string
	Code   string
}

func (e *ConfirmError) Error() string { return fmt.Sprintf("%v: %s", ErrConfirm, e.Effect) }

// Unwrap makes it an ErrConfirm.
func (e *ConfirmError) Unwrap() error { return ErrConfirm }

// effect is what a dangerous act does.
type effect struct {
	kind  EffectKind
	count int64
	words string
	// about is what the act is about beside its room: a confirmation is for this alone.
	about string
	// exact: the count names something and is no size.
	exact bool
}

// confirmFor is how long a confirmation counts at least; at most twice as long.
const confirmFor = 5 * time.Minute

// confirmed refuses an act that has effects until it names the code of all of them. now is the time of the room's store, so that every gateway
// takes the code.
func confirmed(code, room string, now int64, effects ...effect) error {
	if len(effects) == 0 {
		return nil
	}
	told := make([]int64, len(effects))
	for i := range effects {
		told[i] = effects[i].count
	}
	span := now / confirmFor.Milliseconds()
	said, ok := confirmedCounts(code, len(effects))
	for i := range said {
		ok = ok && effects[i].stillWhatWasSaid(said[i])
	}
	if ok && (code == confirmCode(room, span, said, effects) || code == confirmCode(room, span-1, said, effects)) {
		return nil
	}
	e := &ConfirmError{Kind: effects[0].kind, Count: effects[0].count, Code: confirmCode(room, span, told, effects)}
	words := make([]string, len(effects))
	for i := range effects {
		words[i] = effects[i].words
	}
	e.Effect = strings.Join(words, "; ")
	return e
}

// stillWhatWasSaid reports whether a count is not much more than the one that was confirmed: figures move while somebody reads them.
func (e *effect) stillWhatWasSaid(said int64) bool {
	if e.exact {
		return e.count == said
	}
	return e.count <= said+said/2+10
}

// confirmCode holds the counts that are told, and a hash by which it is for these acts alone. It keeps nobody from an act, it shows that its
// effect was read: so it needs no key.
func confirmCode(room string, span int64, counts []int64, effects []effect) string {
	h := sha256.New()
	parts := make([]string, len(counts), len(counts)+1)
	fmt.Fprintf(h, "%q %d", room, span)
	for i, n := range counts {
		parts[i] = strconv.FormatInt(n, 10)
		fmt.Fprintf(h, " %s %d %q", effects[i].kind, n, effects[i].about)
	}
	return strings.Join(append(parts, hex.EncodeToString(h.Sum(nil)[:4])), "-")
}

// confirmedCounts reads the counts of a code.
func confirmedCounts(code string, n int) (counts []int64, ok bool) {
	parts := strings.Split(code, "-")
	if len(parts) != n+1 {
		return nil, false
	}
	for _, text := range parts[:n] {
		count, err := strconv.ParseInt(text, 10, 64)
		if err != nil || count < 0 {
			return nil, false
		}
		counts = append(counts, count)
	}
	return counts, true
}

// people is a count in words.
func people(n int64) string {
	if n == 1 {
		return "1 person"
	}
	return plan.Figure(n) + " people"
}

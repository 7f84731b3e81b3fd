package operator

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
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
	EffectRoomDropped  EffectKind = "room_dropped"  // a room goes out of service: Count wait or are inside
	EffectKeysEnd      EffectKind = "keys_end"      // keys end before tickets do: Count wait or are inside
	EffectKeysCopied   EffectKind = "keys_copied"   // Count gateways need the new keys
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

// confirmation is what a principal says about one act, which is asked for by one call of the service.
type confirmation struct {
	spent *spentCodes
	who   string
	room  string // empty: the act is on the gateway
	code  string
	// counted: the code has counted for this act, which may look more than once, when others change the controls at the same moment.
	counted bool
}

// confirmation reads the code that came with an act of the principal in ctx.
func (s *Service) confirmation(ctx context.Context, room, code string) *confirmation {
	return &confirmation{spent: &s.spent, who: PrincipalOf(ctx).Name, room: room, code: code}
}

// given is nil if the code is for these effects, or there are none, and else a *ConfirmError with the code to give. now is the time of the
// room's store, so that every gateway takes the code. It counts once at this gateway, and for the principal that was asked.
func (c *confirmation) given(now int64, effects ...effect) error {
	if len(effects) == 0 {
		return nil
	}
	span := now / confirmFor.Milliseconds()
	said, nonce, ok := readConfirmation(c.code, len(effects))
	for i := range said {
		ok = ok && effects[i].stillWhatWasSaid(said[i])
	}
	if ok && (c.code == c.codeOf(span, nonce, said, effects) || c.code == c.codeOf(span-1, nonce, said, effects)) {
		if c.counted || c.spent.spend(c.code, now) {
			c.counted = true
			return nil
		}
	}
	told := make([]int64, len(effects))
	words := make([]string, len(effects))
	for i := range effects {
		told[i], words[i] = effects[i].count, effects[i].words
	}
	return &ConfirmError{
		Kind: effects[0].kind, Count: effects[0].count, Effect: strings.Join(words, "; "), Code: c.codeOf(span, newNonce(), told, effects),
	}
}

// newNonce tells a code from one for the same act that has counted.
func newNonce() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// spentCodes are the codes that have counted. The zero value is ready. Of each it remembers when, as long as the code could count again.
type spentCodes struct {
	mu sync.Mutex
	at map[string]int64 // ms of the clock by which the code is read
}

// spend reports whether a code has not counted before.
func (s *spentCodes) spend(code string, now int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.at, func(_ string, at int64) bool { return now-at > 2*confirmFor.Milliseconds() })
	if _, spent := s.at[code]; spent {
		return false
	}
	if s.at == nil {
		s.at = map[string]int64{}
	}
	s.at[code] = now
	return true
}

// stillWhatWasSaid reports whether a count is not much more than the one that was confirmed: figures move while somebody reads them.
func (e *effect) stillWhatWasSaid(said int64) bool {
	if e.exact {
		return e.count == said
	}
	return e.count <= said+said/2+10
}

// codeOf holds the counts that are told, a nonce, and a hash by which it is for these acts alone. It keeps nobody from an act, it shows that its
// effect was read: so it needs no key.
func (c *confirmation) codeOf(span int64, nonce string, counts []int64, effects []effect) string {
	h := sha256.New()
	parts := make([]string, len(counts), len(counts)+2)
	fmt.Fprintf(h, "%q %q %d %s", c.who, c.room, span, nonce)
	for i, n := range counts {
		parts[i] = strconv.FormatInt(n, 10)
		fmt.Fprintf(h, " %s %d %q", effects[i].kind, n, effects[i].about)
	}
	return strings.Join(append(parts, nonce, hex.EncodeToString(h.Sum(nil)[:4])), "-")
}

// readConfirmation reads the counts of a code, and its nonce.
func readConfirmation(code string, n int) (counts []int64, nonce string, ok bool) {
	parts := strings.Split(code, "-")
	if len(parts) != n+2 {
		return nil, "", false
	}
	for _, text := range parts[:n] {
		count, err := strconv.ParseInt(text, 10, 64)
		if err != nil || count < 0 {
			return nil, "", false
		}
		counts = append(counts, count)
	}
	return counts, parts[n], true
}

// people is a count in words.
func people(n int64) string {
	if n == 1 {
		return "1 person"
	}
	return plan.Figure(n) + " people"
}

package admission

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Usual times travel with the judgement, so that a gateway which starts while the site is ill does not take that for usual. What travels
// is which kind usually takes how long, for the heaviest kinds. A kind is named by a MAC of its pattern by a secret of the gateways: who
// can read the store but has no secret cannot try paths out.

// Secret is what gateways name kinds with. All gateways of an installation must have the same.
type Secret [sha256.Size]byte

// pattern stands for a kind in memory, until it is named.
type pattern [sha256.Size]byte

// name is a kind to other gateways: 48 bits are enough to tell a few hundred apart.
type name [nameText]byte

const (
	nameBytes, nameText = 6, 8
	// maxUsuals kinds travel, in a text of less than maxUsualsText bytes.
	maxUsuals     = 48
	maxUsualsText = 1 << 10
	mostUsual     = time.Hour
)

// patternOf is that of an exchange whose kind is not known yet.
func patternOf(e *Exchange) pattern {
	var buf [maxTemplate + 2]byte
	if e.Kind < namedKinds {
		return sha256.Sum256(append(buf[:0], '#', byte('0'+e.Kind)))
	}
	b := append(template(buf[:0], e.Method, e.Path), ' ', byte('0'+e.Kind&classBits))
	return sha256.Sum256(b)
}

func (p *pattern) name(by *Secret) (n name) {
	mac := hmac.New(sha256.New, by[:])
	mac.Write(p[:])
	base64.RawURLEncoding.Encode(n[:], mac.Sum(nil)[:nameBytes])
	return n
}

// Usuals is what the heaviest kinds usually take, for Learn of other processes: those that are known well here, and what Learn was told of
// others.
func (m *Meter) Usuals(by Secret) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var known []*kindState
	for _, k := range m.kinds {
		if k.settled() && k.pattern != (pattern{}) {
			known = append(known, k)
		}
	}
	slices.SortFunc(known, func(a, b *kindState) int {
		return cmp.Or(cmp.Compare(b.load, a.load), slices.Compare(a.pattern[:], b.pattern[:]))
	})
	var b strings.Builder
	said := make(map[name]bool, maxUsuals)
	say := func(n name, took time.Duration) {
		if len(said) < maxUsuals && !said[n] {
			said[n] = true
			b.Write(n[:])
			b.WriteString(strconv.FormatInt(took.Microseconds(), 36))
			b.WriteByte(' ')
		}
	}
	for _, k := range known[:min(len(known), maxUsuals)] {
		say(k.pattern.name(&by), k.time())
	}
	if m.told.by == by {
		for _, n := range slices.SortedFunc(maps.Keys(m.told.usual), func(a, b name) int { return slices.Compare(a[:], b[:]) }) {
			say(n, m.told.usual[n])
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// told is what other processes know.
type told struct {
	by    Secret
	text  string
	usual map[name]time.Duration
}

// Learn takes what Usuals said elsewhere, for the kinds that are not known well here yet. A text that is none says nothing.
func (m *Meter) Learn(by Secret, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.told.text == text && m.told.by == by || text == "" {
		return
	}
	m.told = told{by, text, readUsuals(text)}
	for _, k := range m.kinds {
		m.adopt(k)
	}
}

// adopt takes what is known of a kind elsewhere.
func (m *Meter) adopt(k *kindState) {
	if len(m.told.usual) == 0 || k.settled() || k.pattern == (pattern{}) {
		return
	}
	if took := m.told.usual[k.pattern.name(&m.told.by)]; took > 0 {
		k.set(took)
		m.mark(k)
	}
}

func readUsuals(text string) map[name]time.Duration {
	if len(text) > maxUsualsText {
		return nil
	}
	known := make(map[name]time.Duration, maxUsuals)
	for one := range strings.SplitSeq(text, " ") {
		if len(one) <= nameText {
			return nil
		}
		us, err := strconv.ParseInt(one[nameText:], 36, 64)
		if err != nil || us <= 0 || us > mostUsual.Microseconds() || len(known) >= maxUsuals {
			return nil
		}
		known[name([]byte(one[:nameText]))] = time.Duration(us) * time.Microsecond
	}
	return known
}

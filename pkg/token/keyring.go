package token

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Keyring is an immutable set of keys: HS256 keys for tickets and passes, of
// which there is at least one; EdDSA key pairs for statements that others
// verify with the public keys of AppendJWKS; and keys of algorithms that this
// release does not know, which it keeps and does not use. Of the keys of one
// algorithm, the one that was activated last signs; all that have not ended
// verify. Make one with NewKeyring, Load, LoadOrCreate, LoadEnv or Rotate.
type Keyring struct {
	specs  []keySpec // newest first
	macs   []*macKey // newest first
	public []publicKey
}

// NewKeyring makes a ring with one key of each algorithm, both signing from now
// on. The random source must be a cryptographic one.
func NewKeyring(random io.Reader, now time.Time) (*Keyring, error) {
	var specs []keySpec
	for _, alg := range algorithms() {
		spec, err := newSpec(random, alg, now.Unix(), now.Unix())
		if err != nil {
			return nil, fmt.Errorf("new keyring: %w", err)
		}
		specs = append(specs, spec)
	}
	ring, err := newKeyring(specs)
	if err != nil {
		return nil, fmt.Errorf("new keyring: %w", err)
	}
	return ring, nil
}

// Rotation says when new keys take over. All times are cut to whole seconds.
type Rotation struct {
	// Now is the time of the rotation.
	Now time.Time
	// ActivatesAt is when the new keys begin to sign; zero means Now. Every
	// gateway must have read the new ring by then, on its own clock: leave room
	// for the distribution of the file and for clocks that differ.
	ActivatesAt time.Time
	// Overlap is how long after ActivatesAt the older keys still verify. It must
	// be at least the lifetime of a ticket or the people who hold an old one lose
	// their place. Zero ends the older keys at ActivatesAt: the choice after the
	// file was disclosed. A key with an earlier end keeps that.
	Overlap time.Duration
	// DropPending leaves out keys that would begin to sign only after ActivatesAt. Without it they make
	// the rotation an error.
	DropPending bool
}

// Rotate returns a ring with a new key of each algorithm. The older keys get an
// end, keys that have ended by now are left out, and keys of an unknown
// algorithm stay as they are. The receiver stays as it is.
//
// It returns ErrPending, which is an ErrInvalidKeyring, if a key of k begins to
// sign later than the new keys would.
func (k *Keyring) Rotate(random io.Reader, r Rotation) (*Keyring, error) {
	now, activates := r.Now.Unix(), r.ActivatesAt.Unix()
	if r.ActivatesAt.IsZero() {
		activates = now
	}
	if activates < now || r.Overlap < 0 {
		return nil, fmt.Errorf("rotate keyring: %w: activation must not lie in the past and the overlap must not be negative",
			ErrInvalidKeyring)
	}
	end := activates + int64(r.Overlap/time.Second)
	if r.Overlap%time.Second != 0 {
		end++
	}

	var specs []keySpec
	for _, spec := range k.specs {
		if spec.retired(now) {
			continue
		}
		if spec.activatesAt > activates {
			if r.DropPending {
				continue // it has signed nothing
			}
			return nil, fmt.Errorf("rotate keyring: %w: key %q begins to sign only at %s",
				errPendingKey, spec.kid, formatTime(spec.activatesAt))
		}
		if spec.known() && (spec.notAfter == 0 || spec.notAfter > end) {
			spec.notAfter = end
		}
		specs = append(specs, spec)
	}
	for i, alg := range algorithms() {
		spec, err := newSpec(random, alg, now, activates)
		if err != nil {
			return nil, fmt.Errorf("rotate keyring: %w", err)
		}
		specs = slices.Insert(specs, i, spec)
	}
	ring, err := newKeyring(specs)
	if err != nil {
		return nil, fmt.Errorf("rotate keyring: %w", err)
	}
	return ring, nil
}

// String returns how many keys there are, and no secret.
func (k *Keyring) String() string {
	pairs, unknown := 0, 0
	for i := range k.specs {
		switch {
		case !k.specs[i].known():
			unknown++
		case k.specs[i].alg == algEdDSA:
			pairs++
		}
	}
	if unknown == 0 {
		return fmt.Sprintf("keyring(%d HS256, %d EdDSA)", len(k.macs), pairs)
	}
	return fmt.Sprintf("keyring(%d HS256, %d EdDSA, %d unknown)", len(k.macs), pairs, unknown)
}

// GoString is String, so that no verb prints a secret.
func (k *Keyring) GoString() string {
	return k.String()
}

// Missing is how many keys of another ring this one does not have, whatever their times: what was signed with them is void here.
func (k *Keyring) Missing(other *Keyring) (n int) {
	for i := range other.specs {
		theirs := &other.specs[i]
		if !slices.ContainsFunc(k.specs, func(ours keySpec) bool {
			return ours.kid == theirs.kid && ours.alg == theirs.alg && bytes.Equal(ours.secret, theirs.secret) && bytes.Equal(ours.unread, theirs.unread)
		}) {
			n++
		}
	}
	return n
}

// Equal reports whether both rings hold the same keys with the same times in the
// same order.
func (k *Keyring) Equal(other *Keyring) bool {
	return slices.EqualFunc(k.specs, other.specs, func(a, b keySpec) bool {
		return a.kid == b.kid && a.alg == b.alg && a.created == b.created &&
			a.activatesAt == b.activatesAt && a.notAfter == b.notAfter && bytes.Equal(a.secret, b.secret) &&
			bytes.Equal(a.unread, b.unread)
	})
}

// newKeyring sorts the keys, newest first and otherwise as given, and checks
// them.
func newKeyring(specs []keySpec) (*Keyring, error) {
	if err := checkSpecs(specs); err != nil {
		return nil, err
	}
	specs = slices.Clone(specs)
	slices.SortStableFunc(specs, func(a, b keySpec) int { return cmp.Compare(b.activatesAt, a.activatesAt) })
	ring := &Keyring{specs: specs}
	for _, spec := range specs {
		switch spec.alg {
		case algHMAC:
			ring.macs = append(ring.macs, newMACKey(spec))
		case algEdDSA:
			ring.public = append(ring.public, newPublicKey(spec))
		}
	}
	if err := ring.checkSuccession(); err != nil {
		return nil, err
	}
	return ring, nil
}

// checkSpecs checks each key by itself and that no two share anything secret.
func checkSpecs(specs []keySpec) error {
	var problems []error
	report := func(i int, field, problem string) {
		problems = append(problems, fmt.Errorf("keys[%d].%s: %s", i, field, problem))
	}
	for i, spec := range specs {
		if !isKid(spec.kid) {
			report(i, "kid", fmt.Sprintf("must be 1 to %d of A-Z a-z 0-9 _ -", maxKid))
		}
		if !isKid(spec.alg) {
			report(i, "alg", "must be HS256, EdDSA or the name of another algorithm")
		}
		if problem := checkSecret(&spec); problem != "" {
			report(i, "secret", problem)
		}
		for _, at := range [...]int64{spec.created, spec.activatesAt, spec.notAfter} {
			if at < 0 || at > maxTime {
				report(i, "created, activates_at, not_after", "must lie between the years 1970 and 9999")
				break
			}
		}
		for j, other := range specs[:i] {
			if spec.kid == other.kid {
				report(i, "kid", fmt.Sprintf("is also that of keys[%d]", j))
			}
			if spec.known() && bytes.Equal(spec.secret, other.secret) {
				report(i, "secret", fmt.Sprintf("is also that of keys[%d]", j))
			}
		}
	}
	if !slices.ContainsFunc(specs, func(s keySpec) bool { return s.alg == algHMAC }) {
		problems = append(problems, errors.New("keys: must hold at least one HS256 key"))
	}
	return invalid(problems)
}

// checkSecret returns what is wrong with the length of a secret.
func checkSecret(spec *keySpec) string {
	length := len(spec.secret)
	switch {
	case !spec.known():
		return ""
	case spec.alg == algEdDSA && length != ed25519.SeedSize:
		return fmt.Sprintf("has %d bytes, an EdDSA seed must have %d", length, ed25519.SeedSize)
	case length < minSecret || length > maxSecret:
		return fmt.Sprintf("has %d bytes, must have %d to %d", length, minSecret, maxSecret)
	}
	return ""
}

// checkSuccession checks that at every moment the key that signs also verifies.
func (k *Keyring) checkSuccession() error {
	var problems []error
	for _, alg := range algorithms() {
		var newer *keySpec
		for i := range k.specs {
			spec := &k.specs[i]
			if spec.alg != alg {
				continue
			}
			if spec.notAfter != 0 && (newer == nil || spec.notAfter < newer.activatesAt) {
				problems = append(problems, fmt.Errorf("key %q: not_after: it ends before another %s key signs", spec.kid, alg))
			}
			newer = spec
		}
	}
	return invalid(problems)
}

// invalid joins problems under ErrInvalidKeyring.
func invalid(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrInvalidKeyring, errors.Join(problems...))
}

// algorithms lists those of which a ring has keys.
func algorithms() [2]string {
	return [...]string{algHMAC, algEdDSA}
}

// signer returns the key that signs tickets and passes at a time.
func (k *Keyring) signer(at int64) *macKey {
	for _, key := range k.macs {
		if key.activatesAt <= at {
			return key
		}
	}
	// The clock is behind the time at which the ring was made. Every other gateway
	// knows the oldest key.
	return k.macs[len(k.macs)-1]
}

// match finds the key whose header the token begins with, and returns what
// follows the header.
func (k *Keyring) match(want kind, raw []byte, now int64) (*macKey, []byte, error) {
	for _, key := range k.macs {
		head := key.heads[want]
		if len(raw) < len(head) || string(raw[:len(head)]) != head {
			continue
		}
		if key.retired(now) {
			return nil, nil, ErrUnknownKey
		}
		return key, raw[len(head):], nil
	}
	return nil, nil, classify(want, raw)
}

// newSpec draws a key and a name for it.
func newSpec(random io.Reader, alg string, created, activates int64) (keySpec, error) {
	var drawn [6 + minSecret]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return keySpec{}, fmt.Errorf("draw key: %w", err)
	}
	return keySpec{
		kid: base64.RawURLEncoding.EncodeToString(drawn[:6]), alg: alg,
		created: created, activatesAt: activates,
		secret: drawn[6:],
	}, nil
}

func formatTime(unix int64) string {
	return time.Unix(unix, 0).UTC().Format(time.RFC3339)
}

func timeOrZero(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/plain"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// ActKeys is the act of the record.
const ActKeys = "keys: rotate"

var (
	// ErrKeysElsewhere means that the keyring is not in a file of this gateway, which therefore cannot rotate it.
	ErrKeysElsewhere = errors.New("the keyring cannot be rotated here")
	// ErrKeysNotKept means that the keyring file could not be read or written.
	ErrKeysNotKept = errors.New("the keyring file cannot be changed; the log of the gateway says why")
	// ErrNoVersion means that an act says not which version it was decided on.
	ErrNoVersion = errors.New("it must say which version it was decided on: If-Match with that of GET /v1/keys, or *")
)

// Key is what is told of one key: no secret.
type Key struct {
	ID        string `json:"id"`
	Algorithm string `json:"algorithm"`
	// State is signs, pending (it begins to sign at Activates), kept (a newer one signs; it is accepted until Ends), ended or unknown.
	State     string     `json:"state"`
	Made      *time.Time `json:"made,omitempty"`
	Activates *time.Time `json:"activates,omitempty"`
	// Ends is until when it is accepted; absent: until the next rotation.
	Ends *time.Time `json:"ends,omitempty"`
}

// KeysInfo is the keyring of this gateway.
type KeysInfo struct {
	// Version changes with the ring: an act is decided on one.
	Version string `json:"version"`
	Keys    []Key  `json:"keys"`
	// Fixed says why this gateway cannot rotate the ring; absent: it can.
	Fixed string `json:"fixed,omitempty"`
	// Gateways is how many share the lines, and so must have the same ring.
	Gateways int64 `json:"gateways"`
	// TicketLife is how long in seconds the longest-lived ticket lives: a key is kept at least as long, or people lose their places.
	TicketLife float64 `json:"ticket_life"`
	// Told is what has to be done at other gateways; absent: nothing.
	Told string `json:"told,omitempty"`
}

// KeysRotation asks for new keys.
type KeysRotation struct {
	// In is when the new keys begin to sign, from now, as 5m: time to give them to other gateways. Empty: five minutes.
	In string `json:"in,omitempty"`
	// Overlap is how long after that the old ones are accepted; empty: as long as tickets live, and an hour.
	Overlap string `json:"overlap,omitempty"`
	// Urgent accepts what is shorter than others may keep the published keys, and leaves out keys that have not begun to sign.
	Urgent bool `json:"urgent,omitempty"`
	Because
	Confirmed
	// IfVersion is that of the KeysInfo on which it was decided; *: any. It travels as If-Match.
	IfVersion string `json:"-"`
}

// Rotation is what a Keyring is to do.
type Rotation struct {
	Version     string
	In, Overlap time.Duration
	Urgent      bool
}

// Keyring is the keyring of a gateway.
type Keyring interface {
	// Info is the ring in force, without Gateways and TicketLife.
	Info() KeysInfo
	// TicketLife is how long the longest-lived ticket of all rooms lives.
	TicketLife() time.Duration
	// Soonest is how soon new keys may sign without others that keep the published ones refusing what they sign.
	Soonest() time.Duration
	// Rotate makes new keys and brings the ring into force. Errors are ErrVersion, ErrKeysElsewhere, ErrPlaceNotNow of another rotation at this
	// moment, and those of the file.
	Rotate(Rotation) error
}

// defaultIn is when new keys begin to sign.
const defaultIn = 5 * time.Minute

// SetKeyring gives the service the keyring. It is called before the service is used.
func (s *Service) SetKeyring(k Keyring) { s.keyring = k }

// Keys tells of the keyring for the principal in ctx, or ErrNotAllowed.
func (s *Service) Keys(ctx context.Context) (KeysInfo, error) {
	if err := PermitAll(ctx, RoleAdmin); err != nil {
		return KeysInfo{}, err
	}
	return s.keys()
}

func (s *Service) keys() (KeysInfo, error) {
	if s.keyring == nil {
		return KeysInfo{}, ErrKeysElsewhere
	}
	info := s.keyring.Info()
	info.TicketLife, info.Gateways = s.keyring.TicketLife().Seconds(), s.gateways()
	if info.Gateways > 1 {
		info.Told = fmt.Sprintf("%d gateways share the lines: each needs the same keyring file. Copy it after a rotation, before the new key signs", info.Gateways)
	}
	return info, nil
}

// gateways is how many gateways share the lines, as far as the views of the rooms tell: at least this one.
func (s *Service) gateways() int64 {
	n := int64(1)
	rooms := s.rooms()
	for i := range rooms {
		n = max(n, rooms[i].Line.View().Snapshot.Gateways)
	}
	return n
}

// RotateKeys makes new keys for the principal in ctx, and tells of the ring then. Errors are *InvalidError, *ConfirmError, ErrNoVersion, ErrVersion,
// ErrNotAllowed, ErrKeysElsewhere, ErrPlaceNotNow and those of the file. It is recorded, whatever comes of it but the question.
func (s *Service) RotateKeys(ctx context.Context, asked KeysRotation) (info KeysInfo, err error) {
	var before KeysInfo
	defer func() { s.writeKeys(ctx, &asked, &before, &info, err) }()
	if err = PermitAll(ctx, RoleAdmin); err != nil {
		return info, err
	}
	if before, err = s.keys(); err != nil {
		return KeysInfo{}, err
	}
	r, bad := asked.read(s.keyring)
	if bad = append(append(bad, textProblems(&asked)...), reasonProblems(asked.Reason)...); len(bad) > 0 {
		return KeysInfo{}, &InvalidError{Fields: bad}
	}
	switch {
	case before.Fixed != "":
		return KeysInfo{}, fmt.Errorf("%w: %s", ErrKeysElsewhere, before.Fixed)
	case asked.IfVersion == "":
		return KeysInfo{}, ErrNoVersion
	case asked.IfVersion != before.Version && asked.IfVersion != "*":
		return KeysInfo{}, fmt.Errorf("%w: the keyring is of version %s, not %s", ErrVersion, before.Version, asked.IfVersion)
	}
	r.Version = before.Version
	says := s.confirmation(ctx, "", asked.Confirm)
	if err := says.given(time.Now().UnixMilli(), s.keyEffects(&before, &r)...); err != nil {
		return KeysInfo{}, err
	}
	if err := s.keyring.Rotate(r); err != nil {
		return KeysInfo{}, err
	}
	if info, err = s.keys(); err == nil && info.Gateways > 1 {
		info.Told = fmt.Sprintf("%d gateways share the lines: copy the keyring file to the others before %s, or they refuse what the new key signs from then on",
			info.Gateways, time.Now().Add(r.In).UTC().Format(time.RFC3339))
	}
	return info, err
}

// read gives the times of a rotation, or what is wrong with them.
func (asked *KeysRotation) read(k Keyring) (r Rotation, bad []FieldError) {
	r = Rotation{In: defaultIn, Overlap: k.TicketLife() + time.Hour, Urgent: asked.Urgent}
	for _, m := range []struct {
		name, text string
		to         *time.Duration
	}{{"in", asked.In, &r.In}, {"overlap", asked.Overlap, &r.Overlap}} {
		if m.text == "" {
			continue
		}
		d, err := time.ParseDuration(m.text)
		if err != nil || d < 0 || d > maxRotation {
			bad = append(bad, FieldError{Field: m.name, Detail: fmt.Sprintf("%q is not accepted; want a duration of 0s to %s, as 30s, 5m or 25h", bounded(m.text), plain.Duration(maxRotation))})
			continue
		}
		*m.to = d
	}
	if soonest := k.Soonest(); len(bad) == 0 && r.In < soonest && !asked.Urgent {
		bad = append(bad, FieldError{Field: "in", Detail: fmt.Sprintf("%s: want at least %s, as long as others may keep the published keys; urgent accepts less", plain.Duration(r.In), plain.Duration(soonest))})
	}
	return r, bad
}

// maxRotation bounds the times of a rotation.
const maxRotation = 366 * 24 * time.Hour

// keyEffects are what a rotation takes from people.
func (s *Service) keyEffects(info *KeysInfo, r *Rotation) (all []effect) {
	about := fmt.Sprint(info.Version, r.In, r.Overlap, r.Urgent)
	if life := s.keyring.TicketLife(); r.Overlap < life {
		var n int64
		rooms := s.rooms()
		for i := range rooms {
			v := rooms[i].Line.View()
			n += inPlaces(v) + v.Snapshot.Live
		}
		all = append(all, effect{kind: EffectKeysEnd, count: n, about: about, words: fmt.Sprintf(
			"the old keys are accepted for %s after the new ones sign, and tickets live for %s: whoever comes back later loses the place or stay; %s wait or are inside",
			plain.Duration(r.Overlap), plain.Duration(life), people(n))})
	}
	if info.Gateways > 1 {
		all = append(all, effect{kind: EffectKeysCopied, count: info.Gateways, exact: true, about: about, words: fmt.Sprintf(
			"%s gateways share the lines: those that have not got the keyring file of this one by then refuse what the new key signs, from %s on",
			plan.Figure(info.Gateways), plain.Duration(r.In))})
	}
	return all
}

// RefuseKeys records a rotation that came in a form that cannot be read, and returns the error to answer with.
func (s *Service) RefuseKeys(ctx context.Context, why error) error {
	s.writeKeys(ctx, &KeysRotation{}, &KeysInfo{}, &KeysInfo{}, why)
	return why
}

// writeKeys is the one place where rotations are recorded.
func (s *Service) writeKeys(ctx context.Context, a *KeysRotation, before, after *KeysInfo, err error) {
	if asked(err) {
		return
	}
	fields := []zap.Field{zap.String("in", bounded(a.In)), zap.String("overlap", bounded(a.Overlap)), zap.Bool("urgent", a.Urgent)}
	n := Noted{Act: ActKeys, Reason: a.Reason, Asked: objectOf(fields), Err: err}
	if before.Version != "" {
		n.Before = map[string]string{"version": before.Version, "signs": before.signing()}
	}
	if after.Version != "" {
		n.After = map[string]string{"version": after.Version, "signs": after.signing()}
	}
	if !s.Note(ctx, n) {
		return
	}
	fields = append(append(PrincipalOf(ctx).fields(), fields...), zap.String("reason", bounded(a.Reason)))
	if err != nil {
		s.log.Warn("keys not rotated", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("keys rotated", append(fields, zap.String("version", after.Version))...)
}

// signing names the keys that sign now, and those that will.
func (i *KeysInfo) signing() string {
	var ids []string
	for _, k := range i.Keys {
		switch k.State {
		case "signs":
			ids = append(ids, k.ID)
		case "pending":
			ids = append(ids, k.ID+" (later)")
		}
	}
	return strings.Join(ids, ", ")
}

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/token"
)

// operatedKeys is the keyring as the operator service sees it.
type operatedKeys struct{ a *app }

// Info tells of the ring in force.
func (k operatedKeys) Info() operator.KeysInfo {
	ring := k.a.keys.source.Ring()
	info := operator.KeysInfo{Version: ring.Version(), Keys: []operator.Key{}}
	for _, key := range ring.Keys(time.Now()) {
		info.Keys = append(info.Keys, operator.Key{
			ID: key.Kid, Algorithm: key.Alg, State: string(key.State),
			Made: timeOrNone(key.Created), Activates: timeOrNone(key.ActivatesAt), Ends: timeOrNone(key.NotAfter),
		})
	}
	if k.a.keys.file == "" {
		info.Fixed = "the keyring is in the environment (keys.env), which is set where the gateways are started"
	}
	return info
}

// TicketLife is how long the longest-lived ticket of all rooms lives.
func (k operatedKeys) TicketLife() (life time.Duration) {
	for _, r := range k.a.serving.Load().rooms {
		life = max(life, r.cfg.TicketLife)
	}
	return life
}

// Soonest is how long others may keep the published keys.
func (operatedKeys) Soonest() time.Duration { return token.MaxJWKSAge }

// Rotate makes new keys in the file, and brings the ring into force.
func (k operatedKeys) Rotate(r operator.Rotation) error {
	now := time.Now()
	ring, err := token.RotateFile(k.a.keys.file, r.Version, rand.Reader, token.Rotation{
		Now: now, ActivatesAt: now.Add(r.In), Overlap: r.Overlap, DropPending: r.Urgent,
	})
	switch {
	case errors.Is(err, token.ErrRingChanged):
		return fmt.Errorf("%w: the keyring file holds another ring, which comes into force within a second", operator.ErrVersion)
	case errors.Is(err, token.ErrRotating), errors.Is(err, token.ErrPending), errors.Is(err, token.ErrFull):
		return fmt.Errorf("%w: %w", operator.ErrPlaceNotNow, err)
	case err != nil:
		k.a.log.Error("the keyring file cannot be changed", zap.String("file", k.a.keys.file), zap.Error(err))
		return operator.ErrKeysNotKept
	}
	return k.a.keys.source.Replace(ring)
}

// timeOrNone is a time; nil of the zero one.
func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

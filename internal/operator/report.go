package operator

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/report/signed"
)

// ActReport is the signing of a report.
const ActReport = "report: sign"

// ErrNoKey means that the keyring has no key that signs reports.
var ErrNoKey = errors.New("the keyring has no Ed25519 key, which its next rotation makes: gateway keys rotate")

// SignReports makes the service sign reports by the key that by gives for a time; false: there is none. It is called before the service is used.
func (s *Service) SignReports(by func(time.Time) (signed.Signer, bool)) { s.signer = by }

// SignReport signs the report of an opening for the principal in ctx. What is in it, the gateway does not see. Errors are *InvalidError,
// ErrUnknownRoom, ErrNotAllowed and ErrNoKey. It is recorded, whatever comes of it.
func (s *Service) SignReport(ctx context.Context, id string, asked signed.Asked) (signature signed.Signature, err error) {
	defer func() { s.writeReport(ctx, id, asked, signature.Kid, err) }()
	if _, err := s.permitted(ctx, RoleAdmin, id); err != nil {
		return signature, err
	}
	if !signed.ValidHash(asked.Hash) {
		return signature, &InvalidError{Fields: []FieldError{{Field: "hash", Detail: "want a SHA-256 in lower-case hexadecimal digits"}}}
	}
	now := time.Now()
	if s.signer == nil {
		return signature, ErrNoKey
	}
	by, ok := s.signer(now)
	if !ok {
		return signature, ErrNoKey
	}
	return signed.Sign(by, id, asked, now), nil
}

// RefuseReport records a signing that was asked for in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseReport(ctx context.Context, id string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeReport(ctx, id, signed.Asked{}, "", why)
	return why
}

// writeReport is the one place where these are recorded.
func (s *Service) writeReport(ctx context.Context, id string, asked signed.Asked, kid string, err error) {
	if !s.keep(PrincipalOf(ctx), &note{act: ActReport, room: id, asked: jsonOf(asked), err: err}) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(id)), zap.String("asked", inShort(asked)))
	if err != nil {
		s.log.Warn("report not signed", append(fields, zap.Error(err))...)
		return
	}
	s.log.Info("report signed", append(fields, zap.String("key", kid))...)
}

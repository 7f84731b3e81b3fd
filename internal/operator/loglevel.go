package operator

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// LogInfo is what the log of this gateway tells.
type LogInfo struct {
	// Level is the least grave that is written: debug, info, warn or error.
	Level string `json:"level"`
}

// LogChange asks for another level, until the next start or the next configuration that is read.
type LogChange struct {
	Level  string `json:"level"`
	Reason string `json:"reason,omitempty"`
}

// ActLog is the act of the record.
const ActLog = "log level"

// SetLevels gives the service the level of the log. It is called before the service is used.
func (s *Service) SetLevels(level zap.AtomicLevel) { s.level = &level }

// LogLevel returns the level for the principal in ctx, or ErrNotAllowed.
func (s *Service) LogLevel(ctx context.Context) (LogInfo, error) {
	if err := PermitAll(ctx, RoleAdmin); err != nil {
		return LogInfo{}, err
	}
	return LogInfo{Level: s.level.String()}, nil
}

// ChangeLogLevel sets the level for the principal in ctx. It is recorded. Errors are ErrNotAllowed and *InvalidError.
func (s *Service) ChangeLogLevel(ctx context.Context, c LogChange) (LogInfo, error) {
	before := s.level.String()
	info, err := s.changeLogLevel(ctx, c)
	s.noteLogLevel(ctx, c, before, err)
	if err == nil {
		// An error, so that it is told at each level.
		s.log.Log(zapcore.ErrorLevel, "log level changed", append(PrincipalOf(ctx).fields(), zap.String("before", before), zap.String("after", info.Level), zap.String("reason", bounded(c.Reason)))...)
	}
	return info, err
}

// RefuseLogLevel records a change that came in a form that cannot be read, and returns the error to answer with.
func (s *Service) RefuseLogLevel(ctx context.Context, why error) error {
	s.noteLogLevel(ctx, LogChange{}, s.level.String(), why)
	return why
}

// noteLogLevel is the one place where these are recorded.
func (s *Service) noteLogLevel(ctx context.Context, c LogChange, before string, err error) {
	s.Note(ctx, Noted{
		Act: ActLog, Reason: c.Reason, Asked: map[string]string{"level": bounded(c.Level)},
		Before: LogInfo{Level: before}, After: LogInfo{Level: s.level.String()}, Err: err,
	})
}

func (s *Service) changeLogLevel(ctx context.Context, c LogChange) (LogInfo, error) {
	if err := PermitAll(ctx, RoleAdmin); err != nil {
		return LogInfo{}, err
	}
	level, err := zapcore.ParseLevel(c.Level)
	bad := reasonProblems(c.Reason)
	if err != nil || c.Level != level.String() || level > zapcore.ErrorLevel {
		bad = append(bad, FieldError{Field: "level", Detail: fmt.Sprintf("%q is not accepted; want debug, info, warn or error", bounded(c.Level))})
	}
	if len(bad) > 0 {
		return LogInfo{}, &InvalidError{Fields: bad}
	}
	s.level.SetLevel(level)
	return LogInfo{Level: level.String()}, nil
}

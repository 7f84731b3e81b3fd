package operator

import "go.uber.org/zap"

// Acts of an Access.
const (
	LogIn   = "log in"
	LogOut  = "log out"
	Refused = "refused"
)

// Access is what is recorded of who may act, beside what is done.
type Access struct {
	// Act is one of the constants above.
	Act       string
	Principal Principal
	// Asked is what was refused; empty otherwise.
	Asked string
	// Err is why it was refused; nil: it was not.
	Err error
}

// NoteAccess records a log-in, a log-out, or that somebody was refused what the role does not allow.
func (s *Service) NoteAccess(a *Access) {
	n := note{act: a.Act, err: a.Err}
	if a.Asked != "" {
		n.asked = jsonOf(bounded(a.Asked))
	}
	if !s.keep(a.Principal, &n) {
		return
	}
	fields := append(a.Principal.fields(), zap.String("act", a.Act))
	if a.Asked != "" {
		fields = append(fields, zap.String("asked", bounded(a.Asked)))
	}
	if a.Err != nil {
		s.log.Warn("operator access refused", append(fields, zap.String("error", bounded(a.Err.Error())))...)
		return
	}
	s.log.Info("operator access", fields...)
}

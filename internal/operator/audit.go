package operator

import (
	"strings"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

// record is one change that was asked for: by whom, what, why, and what came of it.
type record struct {
	principal     Principal
	room          string
	change        Change
	before, after queue.Document // zero if the change was refused before the document was read
	err           error
}

// maxText bounds, in bytes, what a record repeats of a request that may be wrong.
const maxText = 2000

// write is the one place where changes are recorded.
func (s *Service) write(r *record) {
	if asked(r.err) {
		return
	}
	n := note{act: ActChange, room: r.room, reason: r.change.Reason, asked: objectOf(r.change.fields()), err: r.err}
	if r.before.Version != 0 {
		n.before = objectOf(documentFields(&r.before, &r.change))
	}
	if r.err == nil {
		n.after = objectOf(documentFields(&r.after, &r.change))
	}
	if !s.keep(r.principal, &n) {
		return
	}
	fields := append(r.principal.fields(),
		zap.String("room", bounded(r.room)), zap.String("reason", bounded(r.change.Reason)), zap.Dict("asked", r.change.fields()...))
	if r.change.IfVersion != 0 {
		fields = append(fields, zap.Int64("if_version", r.change.IfVersion))
	}
	if r.before.Version != 0 {
		fields = append(fields, zap.Dict("before", documentFields(&r.before, &r.change)...))
	}
	if r.err != nil {
		s.log.Warn("operator change failed", append(fields, zap.String("error", bounded(r.err.Error())))...)
		return
	}
	s.log.Info("operator change made", append(fields, zap.Dict("after", documentFields(&r.after, &r.change)...))...)
}

// fields say who acts.
func (p Principal) fields() []zap.Field {
	fields := []zap.Field{zap.String("principal", p.Name), zap.String("method", p.Method), zap.Stringer("role", p.Role)}
	if p.From != "" {
		fields = append(fields, zap.String("from", p.From))
	}
	return fields
}

// fields are the members that were given.
func (c *Change) fields() (fields []zap.Field) {
	for i := range members {
		if m := &members[i]; m.given(c) {
			fields = append(fields, m.asked(c))
		}
	}
	return fields
}

// documentFields are the members as a document has them, the large ones only if a change names them.
func documentFields(d *queue.Document, c *Change) []zap.Field {
	fields := []zap.Field{zap.Int64("version", d.Version)}
	for i := range members {
		if m := &members[i]; !m.large || m.given(c) {
			fields = append(fields, m.is(d))
		}
	}
	return fields
}

// bounded cuts a text to maxText bytes, between characters.
func bounded(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

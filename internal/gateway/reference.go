package gateway

import (
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/internal/door"
)

// Whoever reads a page of a fault can call and read out a few signs, by which the log tells what it was. The log knows no person: the
// line has the kind of the fault, its status and its room.

// referenceField is the header field that has the reference, too: for those who look with a tool.
const referenceField = "Einlass-Reference"

// faultsASecond bounds the lines of faults in the log, so that it cannot be filled by requests. A page beyond has no reference: one that
// the log does not know helps nobody.
const faultsASecond = 20

// faultLines counts the lines of one second. The zero value is ready; safe for concurrent use.
type faultLines struct {
	mu     sync.Mutex
	second int64
	lines  int
}

func (f *faultLines) take(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if second := now.Unix(); second != f.second {
		f.second, f.lines = second, 0
	}
	f.lines++
	return f.lines <= faultsASecond
}

// noteFault writes a fault down and answers its reference; empty: there are too many. room may be empty.
func (g *Gateway) noteFault(room string, status int, kind string) (ref string) {
	if !g.faultLines.take(g.Now()) {
		return ""
	}
	level := zapcore.InfoLevel
	if status >= 500 {
		level = zapcore.WarnLevel
	}
	ref = door.NewReference()
	g.Faults.Log(level, "page of a fault", zap.String("reference", ref), zap.String("room", room), zap.Int("status", status), zap.String("kind", kind))
	return ref
}

// withReference is header fields and the one that has the reference. They are copied.
func withReference(headers []string, ref string) []string {
	if ref == "" {
		return headers
	}
	return append(slices.Clip(headers), referenceField, ref)
}

package main

import (
	"bytes"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
)

// accessLog has a line for one request of so many, without anything that tells who asked: no address, no cookie, no query, and of the path
// its first segment, for what stands behind it may be a name. Safe for concurrent use.
type accessLog struct {
	log   *zap.Logger
	every atomic.Int64 // 0: none
	seen  atomic.Int64
}

// answered takes one answer. Those of 500 and above are always logged while any are.
func (l *accessLog) answered(v *httpx.Visit, status int) {
	every := l.every.Load()
	if every == 0 || l.seen.Add(1)%every != 0 && status < 500 {
		return
	}
	l.log.Info("request", zap.String("method", v.Method()), zap.String("host", bounded(v.Host())), zap.String("path", firstSegment(v.Path())),
		zap.Int("status", status), zap.Float64("seconds", time.Since(v.Now()).Seconds()))
}

// bounded cuts a name that anybody may have sent.
func bounded(name string) string {
	const longest = 100
	if len(name) > longest {
		return name[:longest] + "…"
	}
	return name
}

// firstSegment cuts a path behind its first segment, and that to 64 bytes.
func firstSegment(path []byte) string {
	const longest = 64
	if len(path) == 0 {
		return ""
	}
	if end := bytes.IndexByte(path[1:], '/'); end >= 0 && end+2 < len(path) {
		return string(path[:min(end+1, longest)]) + "/…"
	}
	if len(path) > longest {
		return string(bytes.ToValidUTF8(path[:longest], nil)) + "…"
	}
	return string(path)
}

//go:build long

package e2e

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// The other way to each of the two losses that are played whenever the tests are run: one in mid-line, and many in a row.

func TestRedisIsKilledAndComesBackEmpty(t *testing.T) {
	t.Parallel()
	lossInMidLine(t, func(s *harness.Trio) {
		s.Redis.Kill()
		let(t, time.Second)
		s.Redis.Restart(redistest.Empty)
	})
}

func TestNumbersAreBoundedHoweverOftenRedisIsFlushed(t *testing.T) {
	t.Parallel()
	losses(t, func(s *harness.Trio) { s.Flush(t) })
}

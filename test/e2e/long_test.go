//go:build faults

package e2e

import (
	"testing"
	"time"
)

func TestRedisDoesNotAnswerForHalfAMinute(t *testing.T) { redisAway(t, 30*time.Second) }

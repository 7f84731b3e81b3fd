//go:build faults

package process

import (
	"testing"
	"time"
)

func TestRedisIsAwayForHalfAMinute(t *testing.T) { redisAway(t, 30*time.Second) }

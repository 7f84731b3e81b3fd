package plain

import (
	"strings"
	"time"
)

// Duration is a duration as people write it and time.ParseDuration reads it, without parts that are zero: 1h30m, 25h, 5m, 0s.
func Duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

//go:build !long

package browser

import "time"

// extent: whenever the tests are run, one is played for each rule, and each page is checked in one setting.
const (
	extent   = "a-few-tests"
	patience = 6 * time.Minute
)

//go:build long

package browser

import "time"

// extent: `make long-pages` plays every test, and checks each page in every setting.
const (
	extent   = "every-test"
	patience = 13 * time.Minute // within that of `make long-pages`
)

//go:build !long

package browser

import (
	"time"

	"github.com/einlass/einlass/test/browser/fakegateway"
)

// extent: whenever the tests are run, one is played for each rule, and each page is checked in one setting. What each
// state says in words, and gateways of two releases, are for `make long-pages`.
const (
	extent   = "a-few-tests"
	patience = 6 * time.Minute
)

func engine() (string, error) { return fakegateway.Chromium(true) }

//go:build !long

package gate

import "github.com/einlass/einlass/test/browser/fakegateway"

// extent: whenever the tests are run, one is played for each rule; the others have tests below the browser too.
const extent, played, waysPlayed, faultsPlayed, loadsPlayed = "a-few-tests", 9, 4, 9, 7

func engine() (string, error) { return fakegateway.Chromium(true) }

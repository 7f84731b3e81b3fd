//go:build long

package gate

import "github.com/einlass/einlass/test/browser/fakegateway"

// extent: `make long-pages` plays every test, one in each room.
const extent = "every-test"

var played, waysPlayed, faultsPlayed, loadsPlayed = len(rooms), len(ways), 17, 7 // of the last each fault is one

func engine() (string, error) { return fakegateway.Chromium(false) }

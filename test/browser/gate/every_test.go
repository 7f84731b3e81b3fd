//go:build long

package gate

import "github.com/einlass/einlass/test/browser/fakegateway"

// extent: `make long-pages` plays every test, one in each room.
const extent = "every-test"

var played = len(rooms)

func engine() (string, error) { return fakegateway.Chromium(false) }

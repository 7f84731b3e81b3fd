//go:build long

package gate

// extent: `make long-pages` plays every test, one in each room.
const extent = "every-test"

var played = len(rooms)

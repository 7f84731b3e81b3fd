//go:build !long

package lots

import "time"

// people is who waits for the draw whenever the tests are run: one with the script and one without. gathers is how long their browsers have
// to come to the lobby.
const people, gathers = "script,none", 30 * time.Second

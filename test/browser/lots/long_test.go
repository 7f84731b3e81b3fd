//go:build long

package lots

import "time"

// people is who waits for the draw, with the script or without, and gathers how long their browsers have to come to the lobby, on a machine
// that others share.
const people, gathers = "script,script,none,script", 40 * time.Second

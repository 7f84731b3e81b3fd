//go:build !long

package walk

// extent: whenever the tests are run, Chromium plays a scene for each way in which a stay ends or goes on.
const extent, scenes = "a-few-tests", 7

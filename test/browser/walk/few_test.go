//go:build !long

package walk

// extent: whenever the tests are run, Chromium plays what no test below a browser shows: forms that are sent twice, tabs, Back, frames.
const extent, scenes = "a-few-tests", 4

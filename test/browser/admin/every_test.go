//go:build long

package admin

// extent: `make long-looks` sees each view in each width and colour.
const extent = "every-test"

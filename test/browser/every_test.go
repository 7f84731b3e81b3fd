//go:build long

package browser

// extent: `make long-pages` plays every test, and checks each page in every setting.
const extent = "every-test"

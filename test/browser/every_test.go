//go:build long

package browser

// settings are those in which `make long-matrices` checks each page.
const settings = "every-setting"

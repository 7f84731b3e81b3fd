//go:build !long

package browser

// settings are those in which each page is checked whenever the tests are run.
const settings = "a-few-settings"

//go:build !long

package main

// oneStartIn is of how many mistakes one is started with, whenever the tests are run. Each is checked.
const oneStartIn = 6

//go:build long

package redisstore_test

// inspectedSteps is after how many steps `make long-differential`, and a mutant, have all keys of a room read.
const inspectedSteps = "800"

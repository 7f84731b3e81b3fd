//go:build !long

package redisstore_test

// inspectedSteps is after how many steps of random histories all keys of a room are read.
const inspectedSteps = "250"

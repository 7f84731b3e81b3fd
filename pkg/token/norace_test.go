//go:build !race

package token_test

const allowedAllocs = 0

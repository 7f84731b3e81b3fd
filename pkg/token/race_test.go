//go:build race

package token_test

// Under the race detector sync.Pool forgets at random, so working memory is made
// anew now and then.
const allowedAllocs = 2

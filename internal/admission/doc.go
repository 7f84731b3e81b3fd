// Package admission holds the controllers that follow how a site does: how many requests it may work on at once, and how fast the
// line may move.
//
// What it computes is pure: it has no clock, no goroutine and no randomness but the key of a hash, and it imports nothing of ours. Times come with the
// calls. What several gateways must agree on uses integers and IEEE doubles alone, so that all answer alike.
//
// internal/proxy notes each exchange and asks how many may be in flight; the gateway's wiring carries samples to the store and
// verdicts back.
package admission

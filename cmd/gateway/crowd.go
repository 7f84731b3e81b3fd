package main

import "context"

func startCrowd(ctx context.Context, gate string) chan struct{} {
	_ = ctx
	_ = gate
	done := make(chan struct{})
	close(done)
	return done
}

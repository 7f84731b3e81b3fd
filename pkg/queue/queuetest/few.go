//go:build !long

package queuetest

import "github.com/einlass/einlass/pkg/queue"

// defaultSteps is how many steps Differential plays unless the environment says otherwise: a few seconds.
const defaultSteps = 1_500

// sharers are how many lanes share the calls whenever the tests are run: as few and as many as there can be.
func sharers() []int { return []int{2, queue.Lanes} }

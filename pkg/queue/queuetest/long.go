//go:build long

package queuetest

import "github.com/einlass/einlass/pkg/queue"

// defaultSteps is how many steps Differential plays unless the environment says otherwise.
const defaultSteps = 3_000

// sharers are how many lanes share the calls: from two on, as many as there can be.
func sharers() (all []int) {
	for n := 2; n <= queue.Lanes; n++ {
		all = append(all, n)
	}
	return all
}

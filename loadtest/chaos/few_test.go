//go:build !long

package chaos

// small are the faults of the small chaos whenever the tests are run: test/e2e plays the others with real processes too.
func small() []string { return []string{"failover by an operator"} }

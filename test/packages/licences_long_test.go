//go:build long

package packages

import "testing"

func TestEveryFileSaysItsLicence(t *testing.T) {
	// A copy without what is built and installed here, which is not ours to license.
	run(t, nil, "git", "-C", source, "init", "-q")
	run(t, nil, "reuse", "--root", source, "lint")
}

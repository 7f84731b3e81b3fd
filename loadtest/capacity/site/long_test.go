//go:build long

package site

import "testing"

// played are the mornings that `make long-capacity` plays: all.
func played() []Case { return Cases() }

// loadtest/sim plays a site that is lost whenever the tests are run.
func TestWithoutALawTheSiteIsLost(t *testing.T) {
	t.Parallel()
	twice := Cases()[13]
	p, err := Play(&twice, Laws()[0], 900)
	if err != nil {
		t.Fatal(err)
	}
	if p.Share > 0.3 || p.Crashes == 0 {
		t.Errorf("%.2f of what was possible with %d crashes: this site needs no law", p.Share, p.Crashes)
	}
}

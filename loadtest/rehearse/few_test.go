//go:build !long

package rehearse

// rehearsals is how many of a kind are played whenever the tests are run, and quiet how often the judge sees a site that is well.
const rehearsals, quiet = 1, 20

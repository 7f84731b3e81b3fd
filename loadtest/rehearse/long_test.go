//go:build long

package rehearse

// rehearsals is how many of a kind `make long-capacity` plays, and quiet how often the judge sees a site that is well.
const rehearsals, quiet = 6, 50

//go:build long

package promises

const mornings, caseSeeds = 60, 10

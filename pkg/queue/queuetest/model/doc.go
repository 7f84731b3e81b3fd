// Package model is the oracle of the store port: the specification written down as plainly as possible. It has maps for
// the sets, sorts them whenever an order is needed, keeps no index, and asks an injected clock. It is slow, and meant to be
// read beside the specification: every function that the specification names has the same name here. Conformance suites
// compare stores with it; the product does not import it. Where the specification is silent, ADR 17 says what was chosen.
package model

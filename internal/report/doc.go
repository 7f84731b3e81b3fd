// Package report makes the report after an opening: what the journals of all gateways and their records of acts tell of it, as JSON and as one
// page of HTML without script.
//
//	report.go   what is in it, and how it is made
//	site.go     the site's health, promises and chances, from the judgements in the journals
//	acts.go     what operators did, without their names
//	page.go     the page, in German or English
//	signed      signing and verifying a file
//
// Nothing in a report is of a person: it holds counts and times, and no number of a place, no random id, no address and no name of an operator.
// Reasons and messages stand in it as operators wrote them; neither may name anybody.
//
// A report proves what the journals prove: journal.Invariants has found no rule of the line broken, and the places and calls of a draw are those
// of its published record. The signature says that a gateway of the keyring has signed the file for an admin, not that the journals are whole.
//
// cmd/admin makes and verifies reports; internal/operator signs them by internal/report/signed.
package report

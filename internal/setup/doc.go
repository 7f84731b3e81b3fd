// Package setup makes the first configuration of a gateway: five answers (Ask, or Read of flags), and what a look at the site saw
// (internal/survey), become a commented file (File) and a summary for a terminal (Summary).
//
// The file says of each line whether somebody answered it, the look found it, or nobody said so and it is assumed. All texts of the site are
// written as one line of plain text, values of it in quotes, so no site can write keys of its own. It has no secret.
//
// cmd/gateway uses it. It touches no file and no network.
package setup

// Package docs follows what the documentation tells operators to do: it takes the commands out of the README and docs/operations.md and runs them, with the
// real programs and a real Redis, so that a command and what is said about it cannot drift apart.
//
// A block that is run begins with "```sh exercise=NAME". systemctl is a script of the test that starts and stops the same
// programs; everything else is what it is on a machine of an operator.
//
// It has tests only.
package docs

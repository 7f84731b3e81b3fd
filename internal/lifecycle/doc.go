// Package lifecycle starts and stops the parts of a process in order.
//
// A [Group] holds services. Run starts them one after the other, waits until it is told to stop or one of them
// fails, and stops them in the opposite order, all within one time limit. Every error on the way is joined into
// the one that Run returns, with the service's name. Invariants:
//
//   - A service is stopped only after everything that was started later has stopped.
//   - What was started is stopped, whatever fails. What was not started is not stopped.
//   - Run waits for every goroutine that it began, except for services that outlive the time limit; those are
//     named in the error, and the caller is expected to exit.
//
// A [Set] is for services that join and leave while the process runs; it is itself one service of a Group. Who leaves is
// drained first, by a function of the caller, and stopped behind it, within a limit of its own.
//
// cmd/gateway imports the package; it imports nothing of this module.
package lifecycle

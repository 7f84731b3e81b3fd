// Package lent lets another process use the lines of this one, over a connection.
//
// A gateway that has handed its lines to its successor still has requests under way. They go on with [Client], whose stores answer as those
// do that the successor has given to [Serve]: it alone keeps the lines, and the two are to them what two gateways are to one Redis.
//
// Calls are net/rpc with gob, so either side may know fields that the other does not. A connection that ends makes every verb
// answer queue.ErrUnavailable, as a store that is away does; a verb that was under way may have taken effect.
//
// cmd/gateway imports the package; it imports pkg/queue.
package lent

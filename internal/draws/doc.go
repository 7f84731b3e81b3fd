// Package draws finds the seeds of a room's draws by the protocol of docs/adr/0020, and publishes how they came about.
//
// A Conductor does so for one room, as its queue.Drawer. What all gateways must agree on stands as notes in the room's document, where
// the first one counts: by which key the secret follows, which beacon decides, and what it has said. The statements follow from notes and
// snapshots alone, so every gateway publishes the same bytes. Beacons asks the servers of drand, an Archive keeps the records on disk.
//
// cmd/gateway wires it; internal/operator notes what an official types in.
package draws

// Package mornings runs the four mornings of loadtest/scenarios on real sockets: the portal as a real server, with the real
// gateway in front of it and without, and the crowd of loadtest/drive.
//
// A morning of hours takes about a minute: the portal's clock runs faster than the one on the wall, and everything that
// people and the gateway do is as much faster. People, places, pace and the site's capacity are a share of the
// full morning's (Scenario.Scale). What cannot be compressed is listed in Played; the tables say the scale.
//
//	clock.go      a clock that runs faster
//	schedule.go   the scenario's schedule, moved to now, by the gateway's configuration
//	strangers.go  page loads that keep no cookie
//	play.go       one morning, with the gate or without
//	result.go     what was measured, as the shared Result
//	table.go      the tables, and where they go in docs/mornings.md
//	command.go    the command
//
// It imports loadtest's scenarios, drive, report and launch, internal/demo and pkg/queue/plan.
package mornings

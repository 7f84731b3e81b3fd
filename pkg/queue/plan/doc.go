// Package plan turns what an operator writes down of a day into the steps that a room applies: a schedule of openings by date or
// weekly rule, with lobby, start, end, quota and pace, becomes queue.Steps with absolute times.
//
// It is pure: it has no clock, and the same schedule and time give the same steps in every process. Stores apply each step once, by
// their own clock; see queue.Step.
//
// An opening happens once a local date. Its name is that date and its start as they are written, "2026-12-01 08:00", so it is the same
// whatever the zone does on that day: a start that does not exist (02:30 when clocks go forward) is an hour later by the wall, one that
// exists twice is the earlier one. The package time names neither choice, so tests hold it to both.
package plan

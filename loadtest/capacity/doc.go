// Package capacity plays mornings against the rules of the line in virtual time, and says how much of what was possible was
// used: a real queue.Room over a real embedded store, with a clock that the play moves. The visitors do what people and
// programs do (come, wait as the page does, press after a while, fill in forms, go without a word) and know nothing of what the
// store computes about them.
//
//	dice.go      what is drawn
//	habits.go    what visitors do, and where it is known from; it knows nothing of the rules
//	clock.go     the play's clock
//	world.go     a room and everybody who comes to it
//	person.go    one of them
//	morning.go   a crowd before an opening and after it
//	possible.go  what could have been used
//	row.go       a row of the tables: mornings of several seeds
//	rows.go, rows_*.go  the rows
//	table.go     the tables, and where they go in docs/capacity.md
//	command.go   the command
//
// test/habits holds rooms to figures with the same worlds and habits.
package capacity

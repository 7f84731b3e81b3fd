// Command admin shows and changes the rooms of a running gateway, through its admin API.
//
//	admin rooms                     all rooms as a table, and what is unusual; --wide: all figures
//	admin watch                     the same on the whole terminal, again and again, with a clock and the alerts
//	admin doctor                    look at everything, and say what is wrong and what to do
//	admin context add town …        name a gateway; use, list, remove beside it
//	admin alerts                    what somebody has to do something about, and what
//	admin history termine           what it did in the last two hours; --span 24h: in the last day
//	admin events                    all rooms as they change, a line of JSON each time, for programs
//	admin rate termine 120          let 120 people enter a minute
//	admin max-inside termine 300    let at most 300 people be inside; 0: no bound
//	admin strict termine on         count everybody inside in full until the stay ends
//	admin burst termine 10          let at most 10 people enter at once
//	admin pause termine             call nobody
//	admin resume termine            go on calling
//	admin health termine off        leave the pace alone, however the site does
//	admin close termine             give no more numbers, until the next opening or admin open
//	admin close termine --at 5000   the same by itself, once 5000 places are there
//	admin plan termine              what the room does now by its schedule, and next
//	admin plan change termine …     change the opening under way, or the next: --start, --end, --quota, --release …
//	admin plan set termine FILE     another schedule; preview, clear, start, end, skip and reset beside it
//	admin draw show termine         the draws of the openings; type and verify beside it
//	admin desk termine              take places at the telephone, one key a caller
//	admin place now termine         whose turn it is of those; list, show, link, front, remove beside it
//	admin codes new termine …       codes for a group; list, again, revoke, remove and print beside it
//	admin invite termine …          a link that opens the door to a group
//	admin message termine "…"       show a text to everybody who waits; "" takes it away
//	admin origins termine           what the configuration file says, what is in force, and who changed it
//	admin audit                     who changed what; audit verify FILES checks that nothing in the record was changed
//	admin report --opening …        the report after an opening, from journals and records; report verify FILE checks one
//	admin completion bash           completion of commands and rooms; zsh, fish
//	admin debug …                   for tests and trials: what no configuration asks for yet
//
// Each change says what it replaced, and is made on the condition that it still is what it replaces. It takes --reason TEXT,
// which the gateway records, and --if-version N. A number that becomes ten times as large or small is asked about at a
// terminal; elsewhere it takes --yes.
//
// The gateway is named by --url or EINLASS_ADMIN_URL (default http://127.0.0.1:8081), the token comes from --token-file
// or EINLASS_ADMIN_TOKEN, or both from a context. There is no flag for the token itself: other users of a machine can read command lines. For the same
// reason a file that others can read is refused.
//
// Exit codes, for scripts:
//
//	0  done
//	1  the gateway refused, what answers is no gateway, or a file is not usable
//	2  wrong command, flag or argument, or a large change that was not confirmed
//	3  the gateway cannot be reached, or cannot do it now
//	4  the token is missing or wrong
//	5  the controls were changed by somebody else
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := (&app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, readFile: os.ReadFile,
		terminal: isTerminal(os.Stdout), asks: isTerminal(os.Stdin) && isTerminal(os.Stderr),
		keys: isTerminal(os.Stdin) && isTerminal(os.Stdout) && os.Getenv("TERM") != "dumb", tick: time.Tick,
		shows: isTerminal(os.Stderr) && os.Getenv("TERM") != "dumb", now: time.Now,
	}).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Command admin shows and changes the rooms of a running gateway, through its admin API.
//
//	admin rooms                     all rooms as a table
//	admin watch                     the same, again and again
//	admin rate termine 120          let 120 people enter a minute
//	admin max-inside termine 300    let at most 300 people be inside; 0: no bound
//	admin strict termine on         count everybody inside in full until the stay ends
//	admin burst termine 10          let at most 10 people enter at once
//	admin pause termine             call nobody
//	admin resume termine            go on calling
//	admin message termine "…"       show a text to everybody who waits; "" takes it away
//	admin debug …                   for tests and trials: what no configuration asks for yet
//
// Each change takes --reason TEXT, which the gateway records, and --if-version N.
//
// The gateway is named by --url or EINLASS_ADMIN_URL (default http://127.0.0.1:8081), the token comes from --token-file
// or EINLASS_ADMIN_TOKEN. There is no flag for the token itself: other users of a machine can read command lines.
//
// Exit codes, for scripts:
//
//	0  done
//	1  the gateway refused, or an argument or file is not usable
//	2  wrong command, flag or number of arguments
//	3  the gateway cannot be reached, or cannot do it now
//	4  the token is missing or wrong
//	5  the controls were changed by somebody else (with --if-version)
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
		out: os.Stdout, err: os.Stderr, getenv: os.Getenv, readFile: os.ReadFile,
		terminal: isTerminal(os.Stdout), tick: time.Tick,
	}).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

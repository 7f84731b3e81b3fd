// Command shots takes pictures of every page, for the album and the README, and measures the one that computes:
//
//	go run ./test/browser/shots -out docs/pages            the album of every state, with its index and manifest: make pages
//	go run ./test/browser/shots -out /tmp/shots -only draw the pictures of states whose names contain "draw", without index
//	go run ./test/browser/shots -out docs/img -readme      the two pictures of the README only
//	go run ./test/browser/shots -slow                      what the check of a draw takes, also on a browser slowed down six times
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/einlass/einlass/test/browser/fakegateway"
)

func main() {
	out := flag.String("out", "", "folder for the pictures; required")
	readme := flag.Bool("readme", false, "only the two pictures of the README")
	only := flag.String("only", "", "only pictures of states whose names contain this")
	slow := flag.Bool("slow", false, "no pictures: measure the check of a draw")
	flag.Parse()
	script, env := "album.mjs", []string{"ONLY=" + *only}
	switch {
	case *slow:
		script = "slow.mjs"
	case *out == "":
		fmt.Fprintln(os.Stderr, "shots: -out: name the folder for the pictures")
		os.Exit(2)
	case *readme:
		script = "shots.mjs"
	}
	if err := run(script, *out, env); err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
}

func run(script, out string, env []string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	chromium, err := fakegateway.Chromium(false)
	if err != nil {
		return err
	}
	cmd, closeServer, err := fakegateway.Node(ctx, chromium, filepath.Join("test", "browser"), fakegateway.Office(), script)
	if err != nil {
		return err
	}
	defer closeServer()
	cmd.Env = append(append(cmd.Env, "OUT="+out), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

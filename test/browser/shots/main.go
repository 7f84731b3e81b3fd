// Command shots takes pictures of every page, for the README and for looking at them:
//
//	go run ./test/browser/shots -out /tmp/shots            every page, both themes, phone and desktop
//	go run ./test/browser/shots -out docs/img -readme      the two pictures of the README only
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/test/browser/fakegateway"
)

func main() {
	out := flag.String("out", "", "folder for the pictures; required")
	readme := flag.Bool("readme", false, "only the two pictures of the README")
	flag.Parse()
	if err := run(*out, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
}

func run(out string, readme bool) error {
	if out == "" {
		return fmt.Errorf("-out: name the folder for the pictures")
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	site := web.SiteConfig{Title: "Bürgerbüro Musterstadt", Contact: "07131 56-2000", Languages: []string{"de", "en"}}
	chromium, err := fakegateway.Chromium()
	if err != nil {
		return err
	}
	cmd, closeServer, err := fakegateway.Node(ctx, chromium, filepath.Join("test", "browser"), site, "shots.mjs")
	if err != nil {
		return err
	}
	defer closeServer()
	cmd.Env = append(cmd.Env, "OUT="+out, fmt.Sprintf("README=%t", readme))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestThePortalServesUntilItIsStopped(t *testing.T) {
	for _, profile := range []string{"demo", "speyer"} {
		t.Run(profile, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, in := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-profile", profile}, in, io.Discard)
			}()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			go io.Copy(io.Discard, out)
			base := strings.TrimSpace(strings.TrimPrefix(line, "site"))
			resp, err := http.Get(base)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("got %d", resp.StatusCode)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("stopped with %v", err)
			}
			in.Close()
		})
	}
}

func TestWrongFlagsAreNamed(t *testing.T) {
	for _, args := range [][]string{{"-profile", "mars"}, {"-listen", "nowhere"}, {"-no-such-flag"}} {
		err := run(t.Context(), args, io.Discard, io.Discard)
		if err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
	if _, err := profiled("mars", time.Now(), 0); err == nil || !strings.Contains(err.Error(), "-profile") {
		t.Errorf("got %v", err)
	}
}

// Command bench measures the gateway beside bare fasthttp and nginx in one run on this machine, and prints the tables of
// docs/performance.md. Load comes from wrk over loopback; contestants take turns in short rounds, so that a noisy
// machine is noisy for all, and the median of the rounds' ratios is reported.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

type options struct {
	rounds    int
	seconds   int
	conns     int
	only      string
	profileTo string
	before    string
	beside    string
	health    string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		serveReference(os.Args[2:])
		return
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 7, "rounds per contestant")
	flag.IntVar(&o.seconds, "seconds", 2, "seconds per round")
	flag.IntVar(&o.conns, "conns", 64, "keep-alive connections")
	flag.StringVar(&o.only, "only", "", "cpu (or cpu-page, cpu-poll, cpu-pass, cpu-arrival, cpu-handshake), fresh, listening, poll, arrival, pass, burst, soak, store, slow, pace, plan, lobby or opening (comma-separated); default all")
	flag.StringVar(&o.profileTo, "profile", "", "write a CPU profile of the gateway in all parts that are run to this file")
	flag.StringVar(&o.before, "before", "", "compare the CPU per request with this gateway binary, and do nothing else")
	flag.StringVar(&o.beside, "beside", "", "a gateway binary that takes part in -only cpu")
	flag.StringVar(&o.health, "health", "", "pace.health of the gateways that are built here")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	for _, tool := range []string{"wrk", "nginx", "haproxy", "caddy", "redis-server"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed; on Debian: apt-get install wrk nginx haproxy caddy redis-server", tool)
		}
	}
	dir, err := os.MkdirTemp("", "einlass-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{options: o, dir: dir}
	defer b.stopAll()
	if err := b.prepare(); err != nil {
		return err
	}
	fmt.Printf("%s, %d processors, %d rounds of %d s, %d connections, wrk with one thread\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), o.rounds, o.seconds, o.conns)
	if b.before != "" {
		return b.versus()
	}
	for _, part := range []struct {
		name string
		run  func() error
	}{{"cpu-poll", b.pollCPUs}, {"cpu-pass", b.passCPU}, {"cpu-page", b.pageCPU}, {"cpu-arrival", b.arrivalCPU}, {"cpu-handshake", b.handshakeCPU}, {"fresh", b.freshMemory}, {"listening", b.listening}, {"poll", b.polls}, {"arrival", b.arrivals}, {"pass", b.passes}, {"burst", b.burst}, {"soak", b.soak}, {"store", b.stores}, {"slow", b.slow}, {"pace", b.pace}, {"plan", b.plans}, {"lobby", b.lobby}, {"opening", b.openings}} {
		if !o.wants(part.name) {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if b.profileTo != "" {
		return b.mergeProfiles()
	}
	return nil
}

// wants tells whether a part is to run: all are, unless some are named, by their names or by the first word of them.
func (o *options) wants(part string) bool {
	family, _, _ := strings.Cut(part, "-")
	named := strings.Split(o.only, ",")
	return o.only == "" || slices.Contains(named, part) || slices.Contains(named, family)
}

// prepare builds the gateway as it is shipped.
func (b *bench) prepare() error {
	b.gatewayBin = filepath.Join(b.dir, "gateway")
	out, err := exec.Command("go", "build", "-trimpath", "-o", b.gatewayBin, "./cmd/gateway").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the gateway (run this from the module's root): %w\n%s", err, out)
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	return nil
}

package proxy

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/internal/httpx"
)

// BenchmarkRatio drives ours and the bare fasthttp proxy in turns, in short slices over
// connections that stay open, and reports the ratio of their requests per second. On
// a machine that others use too, a ratio of two runs one after the other says little;
// the median over many pairs of slices says what the code costs.
func BenchmarkRatio(b *testing.B) {
	for _, way := range []struct {
		name    string
		request []byte
		inside  bool
	}{{"GET-inside", benchRequest, true}, {"GET-open", benchRequest, false}, {"POST-inside", benchForm, true}} {
		b.Run(way.name, func(b *testing.B) { ratio(b, way.request, way.inside) })
	}
}

func ratio(b *testing.B, request []byte, inside bool) {
	backend, err := New(siteAt("http://"+rawBackend(b)), Deps{})
	if err != nil {
		b.Fatal(err)
	}
	f := &forwarder{backend: backend, options: func(v *httpx.Visit) Options {
		opt := benchOptions(v)
		opt.Inside = inside
		return opt
	}}
	ours := openAll(b, serveVisits(b, f.handle))
	bare := openAll(b, serveBare(b))
	const slice = 100 * time.Millisecond
	var ratios []float64
	var sumOurs, sumBare int
	var cpuOurs, cpuBare time.Duration
	for b.Loop() {
		t0 := cpuTime(b)
		n := runSlice(b, ours, request, slice)
		t1 := cpuTime(b)
		m := runSlice(b, bare, request, slice)
		t2 := cpuTime(b)
		sumOurs, sumBare = sumOurs+n, sumBare+m
		cpuOurs, cpuBare = cpuOurs+t1-t0, cpuBare+t2-t1
		ratios = append(ratios, float64(n)/float64(m))
	}
	b.ReportMetric(float64(cpuOurs.Microseconds())/float64(sumOurs), "ours-cpu-µs")
	b.ReportMetric(float64(cpuBare.Microseconds())/float64(sumBare), "bare-cpu-µs")
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "median-ratio")
	b.ReportMetric(float64(sumOurs)/float64(sumBare), "sum-ratio")
	b.ReportMetric(float64(sumOurs)/(float64(len(ratios))*slice.Seconds()), "ours-req/s")
	b.ReportMetric(float64(sumBare)/(float64(len(ratios))*slice.Seconds()), "bare-req/s")
}

// cpuTime is what this process has used: client, proxy and origin together.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const benchConns = 32

func openAll(tb testing.TB, addr string) []net.Conn {
	conns := make([]net.Conn, benchConns)
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = c.Close() })
		conns[i] = c
	}
	return conns
}

// runSlice sends requests on all connections for d and returns how many were answered.
func runSlice(tb testing.TB, conns []net.Conn, request []byte, d time.Duration) int {
	var stop atomic.Bool
	var total atomic.Int64
	var all sync.WaitGroup
	for _, c := range conns {
		all.Go(func() {
			buf := make([]byte, 16<<10)
			n := 0
			for ; !stop.Load(); n++ {
				if err := roundTripRaw(c, request, buf); err != nil {
					tb.Error(err)
					return
				}
			}
			total.Add(int64(n))
		})
	}
	timer := time.AfterFunc(d, func() { stop.Store(true) })
	all.Wait()
	timer.Stop()
	return int(total.Load())
}

// serveBare runs the least that can be called a proxy with fasthttp.
func serveBare(tb testing.TB) string {
	client := &fasthttp.HostClient{Addr: rawBackend(tb), MaxConns: 1024}
	s := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
			ctx.Error(err.Error(), fasthttp.StatusBadGateway)
		}
	}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(ln)
	}()
	tb.Cleanup(func() {
		_ = ln.Close()
		<-done
	})
	return ln.Addr().String()
}

package alerts

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// rooms is a registry of the gauge of many rooms.
func rooms(n int) (*prometheus.Registry, *prometheus.GaugeVec) {
	reg := prometheus.NewRegistry()
	up := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "einlass_backend_up"}, []string{"room", "backend"})
	reg.MustRegister(up)
	for i := range n {
		up.WithLabelValues("room-"+strconv.Itoa(i), "http://10.0.0."+strconv.Itoa(i)+":8080").Set(1)
	}
	return reg, up
}

// heap is what is in use, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestAWindowOfManyRoomsIsSmall(t *testing.T) {
	const series, moments = 1000, int(kept/Interval) + 20
	reg, _ := rooms(series)
	w := newWindow([]Rule{{Expr: "einlass_backend_up == 0"}})
	before := heap()
	for i := range moments {
		if err := w.take(time.Unix(int64(i)*int64(Interval/time.Second), 0), reg); err != nil {
			t.Fatal(err)
		}
	}
	used := float64(heap()-before) / float64(len(w.times)*series)
	if len(w.samples[0]) != series || len(w.times) < 180 {
		t.Fatalf("%d moments, %d samples in the first", len(w.times), len(w.samples[0]))
	}
	t.Logf("%.0f bytes a sample", used)
	if used > 32 {
		t.Errorf("a sample takes %.0f bytes, want at most 32", used)
	}
	runtime.KeepAlive(&w)
}

func TestSeriesThatAreGoneAreForgotten(t *testing.T) {
	w := newWindow([]Rule{{Expr: "einlass_backend_up == 0"}})
	at := time.Unix(0, 0)
	for generation := range 3 { // a reload gives a room other backends
		reg, up := rooms(5)
		up.WithLabelValues("kfz", "http://10.1.0."+strconv.Itoa(generation)).Set(float64(generation))
		for range kept/Interval + 1 {
			at = at.Add(Interval)
			if err := w.take(at, reg); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.known); n != 6 {
			t.Errorf("generation %d: %d series are known, want 6", generation, n)
		}
		if got := w.latest("backend_up")["kfz"]; got != float64(generation) {
			t.Errorf("generation %d: the latest value is %v", generation, got)
		}
	}
	if n := len(w.times); n != int(kept/Interval)+1 {
		t.Errorf("%d moments are kept", n)
	}
}

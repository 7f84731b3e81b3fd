package proxy

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a goroutine outlives what started it. fasthttp's workers
// sleep out their time after the server has stopped; they are not ours.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(
		m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).workerFunc"),
	)
}

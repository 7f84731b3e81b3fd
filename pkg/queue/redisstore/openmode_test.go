package redisstore

import (
	"encoding/json"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// A release that does not know the mode reads and checks what stands beside it, so that its gateways go on as in a pause.
func TestEarlierReleasesReadARoomThatIsOpenToAllAsAPause(t *testing.T) {
	d := queue.Document{Version: 7, Pace: queue.Pace{Mode: queue.ModeOpen, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()}
	text, err := encodeDocument(&d)
	if err != nil {
		t.Fatal(err)
	}
	var before struct {
		Pace struct{ Mode queue.Mode }
	}
	if err := json.Unmarshal(text, &before); err != nil || before.Pace.Mode != queue.ModePause {
		t.Errorf("%v %s", err, text)
	}
	for name, mode := range map[string]queue.Mode{"open": queue.ModeOpen, "pause": queue.ModePause, "run": queue.ModeRun} {
		d.Pace.Mode = mode
		if text, err = encodeDocument(&d); err != nil {
			t.Fatal(err)
		}
		if read, err := decodeDocument(string(text), 7); err != nil || read.Pace != d.Pace {
			t.Errorf("%s: %v, %+v", name, err, read.Pace)
		}
	}
}

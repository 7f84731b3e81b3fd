package memstore

import (
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// A release that does not know the mode reads what stands beside it, so that it goes on as in a pause.
func TestEarlierReleasesReadTheFilesOfARoomThatIsOpenToAllAsAPause(t *testing.T) {
	var h head
	h.Figures.Document.Pace = queue.Pace{Mode: queue.ModeOpen, Rate: 60, Burst: 2}
	data := h.encode()
	text := data[4 : 4+binary.LittleEndian.Uint32(data)]
	var before struct {
		Figures struct{ Document struct{ Pace queue.Pace } }
	}
	if err := json.Unmarshal(text, &before); err != nil || before.Figures.Document.Pace.Mode != queue.ModePause {
		t.Errorf("%v %s", err, text)
	}
	if h.Figures.Document.Pace.Mode != queue.ModeOpen {
		t.Error("what was written has changed the room")
	}
}

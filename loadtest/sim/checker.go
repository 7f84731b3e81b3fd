package sim

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// checker takes the journal's events in batches and checks them in a goroutine of its own, which finish waits for.
type checker struct {
	batch []journal.Event
	full  chan []journal.Event
	empty chan []journal.Event
	done  chan verdict
}

// verdict is what a checker ends with.
type verdict struct {
	summary   journal.Summary
	texts     []string
	overtaken int64
	shown     int64
	err       error // of the journal file
}

const (
	checkBatch   = 2048
	checkBatches = 8
	keepTexts    = 100
)

// newChecker starts the goroutine. With out set, every event is written there too, as a line of JSON.
func newChecker(timing queue.Timing, out io.Writer) (*checker, error) {
	var v verdict
	inv, err := journal.New(journal.Config{Timing: timing, Ordered: true, Report: func(one journal.Violation) {
		if one.Rule == journal.RuleOrder {
			v.overtaken++
		}
		if len(v.texts) < keepTexts {
			v.texts = append(v.texts, one.String())
		}
	}})
	if err != nil {
		return nil, fmt.Errorf("checker: %w", err)
	}
	c := &checker{
		batch: make([]journal.Event, 0, checkBatch),
		full:  make(chan []journal.Event, checkBatches), empty: make(chan []journal.Event, checkBatches+2),
		done: make(chan verdict, 1),
	}
	go func() {
		var lines *json.Encoder
		if out != nil {
			lines = json.NewEncoder(out)
		}
		for batch := range c.full {
			for i := range batch {
				if batch[i].Kind == journal.Shown {
					v.shown++
				}
				inv.Observe(batch[i])
				if lines != nil && v.err == nil {
					if err := lines.Encode(&batch[i]); err != nil {
						v.err = fmt.Errorf("write journal: %w", err)
					}
				}
			}
			c.empty <- batch[:0]
		}
		v.summary = inv.Close()
		c.done <- v
	}()
	return c, nil
}

// observe takes the next event.
func (c *checker) observe(e journal.Event) {
	c.batch = append(c.batch, e)
	if len(c.batch) == checkBatch {
		c.send()
	}
}

func (c *checker) send() {
	c.full <- c.batch
	select {
	case c.batch = <-c.empty:
	default:
		c.batch = make([]journal.Event, 0, checkBatch)
	}
}

// finish checks what is left and waits for the verdict. Nothing may be observed afterwards.
func (c *checker) finish() verdict {
	c.send()
	close(c.full)
	return <-c.done
}

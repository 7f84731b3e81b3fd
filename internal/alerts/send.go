package alerts

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

// Way is one way to tell somebody: a webhook or mail.
type Way interface {
	// Name is for the log.
	Name() string
	Send(ctx context.Context, c Change) error
}

// backlog is how many messages wait for a way that does not work; beyond it the oldest are left out.
const backlog = 100

// waits are the pauses between tries of one message. After the last one it is left out.
var waits = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 5 * time.Minute}

// Outbox sends changes on all ways, each in its own time and order: one that fails holds up no other.
type Outbox struct {
	ways   []Way
	queues []chan Change
	log    *zap.Logger
	after  func(time.Duration) <-chan time.Time
}

// NewOutbox makes an outbox. after waits between tries; nil: time.After.
func NewOutbox(ways []Way, log *zap.Logger, after func(time.Duration) <-chan time.Time) (*Outbox, error) {
	if log == nil {
		return nil, errors.New("alerts: a log is required")
	}
	if after == nil {
		after = time.After
	}
	o := &Outbox{ways: ways, log: log, after: after}
	for range ways {
		o.queues = append(o.queues, make(chan Change, backlog))
	}
	return o, nil
}

// Tell implements Sender.
func (o *Outbox) Tell(c Change) {
	for i, q := range o.queues {
		for sent := false; !sent; {
			select {
			case q <- c:
				sent = true
			default:
				select {
				case <-q:
					o.log.Warn("alert left out: too many wait to be sent", zap.String("way", o.ways[i].Name()))
				default:
				}
			}
		}
	}
}

// Run sends until ctx ends.
func (o *Outbox) Run(ctx context.Context) error {
	done := make(chan struct{})
	for i := range o.ways {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				select {
				case <-ctx.Done():
					return
				case c := <-o.queues[i]:
					o.send(ctx, o.ways[i], c)
				}
			}
		}()
	}
	for range o.ways {
		<-done
	}
	return nil
}

// send tries until a message is taken.
func (o *Outbox) send(ctx context.Context, way Way, c Change) {
	for try := 0; ; try++ {
		err := way.Send(ctx, c)
		if err == nil || ctx.Err() != nil {
			return
		}
		if try == 0 {
			o.log.Warn("alert not sent, it is tried again", zap.String("way", way.Name()), zap.Error(err))
		}
		if try == len(waits) {
			o.log.Error("alert not sent", zap.String("way", way.Name()), zap.Int("tries", try+1), zap.Error(err))
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-o.after(waits[try]):
		}
	}
}

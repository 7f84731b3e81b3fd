package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

// Pace of the measurement: calls a minute, and for how long.
const (
	paceRate = 1200
	paceTime = 60 * time.Second
)

// pace lets three gateways' rooms share one Redis for a minute, each ticking as it likes, and counts the calls.
func (b *bench) pace() error {
	_, url, err := b.redis()
	if err != nil {
		return err
	}
	client, err := redisstore.Open(redisstore.Options{Addrs: []string{strings.TrimPrefix(url, "redis://")}})
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	document := benchDocument(queue.Pace{Mode: queue.ModeRun, Rate: paceRate, Burst: paceRate / 60})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var rooms []*queue.Room
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for _, name := range []string{"a", "b", "c"} {
		store, err := redisstore.New(client, redisstore.Config{Room: "pace"})
		if err != nil {
			return err
		}
		room, err := queue.NewRoom(store, queue.RoomConfig{Gateway: name, Document: document, Visitors: 1024})
		if err != nil {
			return err
		}
		room.Tick(ctx)
		rooms = append(rooms, room)
	}
	for range 3 * paceRate {
		if _, err := rooms[0].Arrive(queue.Arrival{}); err != nil {
			return err
		}
	}
	for _, room := range rooms {
		running.Go(func() { _ = room.Run(ctx) })
	}
	// Frames are compared by the store's own clock, from a moment when the line was already moving.
	time.Sleep(2 * time.Second)
	first := rooms[0].View().Snapshot
	time.Sleep(paceTime)
	last := rooms[0].View().Snapshot
	span := float64(last.Now-first.Now) / 60_000
	called := last.Called - first.Called
	fmt.Printf("### Pace, three gateways on one Redis\n\n%d calls in %.3f minutes at %d a minute: %.2f %% of the pace (never above: at most %.0f with the burst of %d).\n\n",
		called, span, paceRate, 100*float64(called)/(span*paceRate), span*paceRate+paceRate/60, paceRate/60)
	return nil
}

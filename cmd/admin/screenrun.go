package main

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// fullScreen shows the rooms on the whole terminal until the operator ends it.
func (a *app) fullScreen(ctx context.Context, client *adminclient.Client, interval time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &apiSource{app: a, ctx: ctx, client: client, looks: a.tick(interval), seconds: a.tick(time.Second)}
	model := newPanel(d, client.Address(), a.explain, time.Now(), time.Local)
	// Signals end ctx, in main.
	program := tea.NewProgram(model, tea.WithContext(ctx), tea.WithInput(a.in), tea.WithOutput(a.out), tea.WithoutSignalHandler())
	_, err := program.Run()
	switch {
	case model.fatal != nil:
		return model.fatal
	case errors.Is(err, tea.ErrProgramKilled), errors.Is(err, context.Canceled):
		return nil // the operator has seen enough
	}
	return err
}

// apiSource asks a gateway.
type apiSource struct {
	app            *app
	ctx            context.Context
	client         *adminclient.Client
	looks, seconds <-chan time.Time
}

func (d *apiSource) look() looked {
	rooms, err := d.client.Rooms(d.ctx)
	if err != nil {
		return looked{err: err}
	}
	l := looked{rooms: rooms}
	if active, err := d.client.Alerts(d.ctx); err == nil {
		l.alerts, l.told = active, true
	}
	return l
}

func (d *apiSource) past(room string) (operator.HistoryInfo, bool) {
	info, err := d.client.History(d.ctx, room, operator.HistoryAsked{Span: trendDots * trendStep, Points: trendDots})
	return info, err == nil
}

func (d *apiSource) set(room string, m queue.Mode) (string, error) {
	s := &setter{what: "state", is: state}
	before, after, err := d.app.replace(d.ctx, d.client, s, room, operator.Change{Mode: &m}, conditions{})
	if err != nil {
		return "", err
	}
	return said(s, &before, &after), nil
}

func (d *apiSource) tick() tea.Msg {
	select {
	case <-d.ctx.Done():
		return nil
	case <-d.looks:
		return lookAgain{}
	}
}

func (d *apiSource) second() tea.Msg {
	select {
	case <-d.ctx.Done():
		return nil
	case at := <-d.seconds:
		return clock(at)
	}
}

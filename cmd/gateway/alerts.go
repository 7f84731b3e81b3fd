package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/secretfile"
	"github.com/einlass/einlass/internal/webhook"
)

// alarm watches the metrics of this gateway and tells operators.
type alarm struct {
	watch  *alerts.Watch
	outbox *alerts.Outbox
}

// buildAlarm makes it; nothing of it runs yet.
func (a *app) buildAlarm(cfg *config.Config) error {
	ways, err := a.ways(&cfg.Alerts)
	if err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	outbox, err := alerts.NewOutbox(ways, a.log, nil)
	if err != nil {
		return err
	}
	watch, err := alerts.New(a.registry, outbox, a.log)
	if err != nil {
		return err
	}
	a.alarm = &alarm{watch: watch, outbox: outbox}
	return nil
}

// ways are those that a configuration names.
func (a *app) ways(cfg *config.Alerts) (ways []alerts.Way, err error) {
	hook, err := hookTo(cfg.Webhook.URL, cfg.Webhook.SecretFile)
	if err := a.open.refuse("alerts.webhook.secret_file", err); err != nil {
		return nil, err
	}
	if hook != nil {
		ways = append(ways, alerts.NewHook(hook, a.name))
	}
	m := &cfg.Mail
	if m.Server == "" {
		return ways, nil
	}
	post, err := alerts.NewMail(alerts.MailConfig{
		Server: m.Server, User: m.User, Password: m.Password.Reveal(), From: m.From, To: m.To, German: m.Language == "de", Gateway: a.name,
	})
	if err != nil {
		return nil, err
	}
	return append(ways, post), nil
}

// hookTo makes the sender of a signed webhook; nil: no address is given.
func hookTo(url, secretFile string) (*webhook.Sender, error) {
	if url == "" {
		return nil, nil
	}
	text, err := secretfile.Read(secretFile)
	if err != nil {
		return nil, err
	}
	key, err := webhook.Key(text)
	if err == nil && len(key) < webhook.MinSecret {
		err = fmt.Errorf("%s holds %d bytes: want at least %d, for example of: openssl rand -hex 32", secretFile, len(key), webhook.MinSecret)
	}
	if err != nil {
		return nil, err
	}
	return webhook.New(url, key, nil)
}

// service runs both until the gateway stops.
func (a *alarm) service(own *ownership) lifecycle.Service {
	return lifecycle.Service{Name: "alerts", Run: own.while(func(ctx context.Context) error {
		sent := make(chan error, 1)
		go func() { sent <- a.outbox.Run(ctx) }()
		return errors.Join(a.watch.Run(ctx), <-sent)
	})}
}

package main

import (
	"context"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/sms"
)

// smsSender hands messages of a room to its service; nil: it has none. The secret is read with each configuration.
func smsSender(r *config.Room) (*sms.Sender, error) {
	hook, err := hookTo(r.SMS.URL, r.SMS.SecretFile)
	if hook == nil || err != nil {
		return nil, err
	}
	return sms.New(hook), nil
}

// sendLink sends a link to a place; nil: the room has no service for it.
func (r *room) sendLink() func(ctx context.Context, to, link string) error {
	if r.sms == nil {
		return nil
	}
	title := r.cfg.Title
	return func(ctx context.Context, to, link string) error {
		return r.sms.Send(ctx, sms.Message{To: to, Text: title + ": " + link, Link: link})
	}
}

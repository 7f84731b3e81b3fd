package main

import (
	"context"
	"fmt"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/secretfile"
	"github.com/einlass/einlass/internal/sms"
)

// smsSender hands messages of a room to its service; nil: it has none. The secret is read with each configuration.
func smsSender(r *config.Room) (*sms.Sender, error) {
	if r.SMS.URL == "" {
		return nil, nil
	}
	text, err := secretfile.Read(r.SMS.SecretFile)
	if err != nil {
		return nil, err
	}
	key, err := sms.Key(text)
	if err == nil && len(key) < sms.MinSecret {
		err = fmt.Errorf("%s holds %d bytes: want at least %d, for example of: openssl rand -hex 32", r.SMS.SecretFile, len(key), sms.MinSecret)
	}
	if err != nil {
		return nil, err
	}
	return sms.New(r.SMS.URL, key, nil)
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

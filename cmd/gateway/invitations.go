package main

import (
	"fmt"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/secretfile"
)

// invitationSecret is what a room's site signs its invitations with; empty: it invites nobody. It is read with each configuration.
func invitationSecret(r *config.Room) ([]byte, error) {
	if r.Invitations.SecretFile == "" {
		return nil, nil
	}
	secret, err := secretfile.Read(r.Invitations.SecretFile)
	if err == nil && len(secret) < door.MinSecret {
		err = fmt.Errorf("%s holds %d bytes: want at least %d, for example of: openssl rand -hex 32", r.Invitations.SecretFile, len(secret), door.MinSecret)
	}
	return []byte(secret), err
}

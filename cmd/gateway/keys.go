package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/token"
)

// keys is the keyring in use, and the file it is followed in, if any.
type keys struct {
	source   *token.Source
	follower *token.Follower
	file     string // that it is kept in; empty: the environment gave it
	made     bool   // just now: no ticket of an earlier line exists
	log      *zap.Logger
}

// keys opens the keyring. A look that cannot read it goes on with one of its own.
func (o *opener) keys(cfg *config.Config) (*keys, error) {
	found, err := o.findRing(cfg)
	if err := o.refuse(found.path, err); err != nil {
		return nil, err
	}
	if found.ring == nil {
		if found.ring, err = token.NewKeyring(rand.Reader, time.Now()); err != nil {
			return nil, err
		}
	}
	source, err := token.NewSource(found.ring)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	k := &keys{source: source, made: found.made, file: found.file, log: o.log}
	if found.file != "" {
		k.follower = token.NewFollower(found.file, source)
	}
	return k, nil
}

// foundRing is a keyring and where it is from.
type foundRing struct {
	path string // the key of the configuration that names it
	ring *token.Keyring
	file string
	made bool
}

// findRing looks where the configuration says. Only a gateway that is alone may make a keyring by itself: others
// would refuse its tickets.
func (o *opener) findRing(cfg *config.Config) (f foundRing, err error) {
	switch {
	case cfg.Keys.Env != "":
		f.path = "keys.env"
		value, ok := os.LookupEnv(cfg.Keys.Env)
		if !ok {
			return f, fmt.Errorf("the environment has no %s", cfg.Keys.Env)
		}
		f.ring, err = token.LoadEnv(value)
		return f, err
	case cfg.Keys.File != "":
		f.path, f.file = "keys.file", cfg.Keys.File
		f.ring, err = token.Load(f.file)
		if errors.Is(err, fs.ErrNotExist) {
			return f, fmt.Errorf("%s does not exist; make it with: gateway keys new %s", f.file, f.file)
		}
		return f, err
	case !cfg.Store.Memory():
		f.path = "keys"
		return f, errors.New("gateways that share a store must share a keyring, and none is configured: " +
			"make one with \"gateway keys new FILE\", copy it to every gateway and set keys.file, or set keys.env")
	}
	f.path, f.file = "state.dir", statePath(cfg, "keys.json")
	if o.look {
		if f.ring, err = token.Load(f.file); errors.Is(err, fs.ErrNotExist) || o.noDir {
			return f, nil // a start makes it, or has no place for it
		}
		return f, err
	}
	if f.ring, f.made, err = token.LoadOrCreate(f.file, rand.Reader, time.Now()); f.made {
		o.log.Info("keyring made", zap.String("file", f.file))
	}
	return f, err
}

// follow brings rotations of the keyring file into force.
func (k *keys) follow(ctx context.Context) error {
	return follow(ctx, k.follower.Poll,
		func(err error) { k.log.Error("keyring not read, the old one stays", zap.Error(err)) },
		func() { k.log.Info("keyring changed", zap.Stringer("keys", k.source.Ring())) })
}

func newKeys() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make and rotate the keys that sign tickets and passes"}
	cmd.AddCommand(newKeysNew(), newKeysRotate())
	return cmd
}

func newKeysNew() *cobra.Command {
	return &cobra.Command{
		Use:   "new FILE",
		Short: "Make a keyring file (mode 0600); an existing one is never overwritten",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, created, err := token.LoadOrCreate(args[0], rand.Reader, time.Now())
			if err != nil {
				return exitError{exitFault, err}
			}
			if !created {
				return exitError{exitFault, fmt.Errorf("%s exists already and was left as it is; to change keys: gateway keys rotate %s", args[0], args[0])}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s made. Copy it to every gateway and keep it secret.\n", args[0])
			return nil
		},
	}
}

func newKeysRotate() *cobra.Command {
	var in, overlap time.Duration
	var urgent bool
	cmd := &cobra.Command{
		Use:   "rotate FILE",
		Short: "Add a new key that takes over after a while; the old one goes on being accepted meanwhile",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in < token.MaxJWKSAge && !urgent {
				return exitError{exitUsage, fmt.Errorf("--in %v: want at least %v, as long as others may keep the published key set: "+
					"they would refuse what the new Ed25519 key signs before they ask again; --urgent rotates all the same, "+
					"for a keyring that was disclosed", in, token.MaxJWKSAge)}
			}
			now := time.Now()
			_, err := token.RotateFile(args[0], "", rand.Reader, token.Rotation{
				Now: now, ActivatesAt: now.Add(in), Overlap: overlap, DropPending: urgent,
			})
			if err != nil {
				return exitError{exitFault, err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: the new key signs from %s; copy the file to every gateway before that. The old one is accepted until %s.\n",
				args[0], now.Add(in).UTC().Format(time.RFC3339), now.Add(in+overlap).UTC().Format(time.RFC3339))
			return nil
		},
	}
	cmd.Flags().DurationVar(&in, "in", 5*time.Minute, "when the new key begins to sign: time to copy the file, and at least 1m for the published keys to spread")
	cmd.Flags().BoolVar(&urgent, "urgent", false, "accept --in below 1m, and drop keys that have not begun to sign")
	cmd.Flags().DurationVar(&overlap, "overlap", 25*time.Hour, "how long the old key is still accepted; at least ticket_life, or people lose their places")
	return cmd
}

package redisstore

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
)

//go:embed scripts/*.lua
var files embed.FS

// script is one verb's Lua.
type script struct {
	source string
	digest string // names the script to EVALSHA
}

// newScript puts the parts into one script. The first line makes Redis check before the script begins whether writes
// are possible (replica, out of memory, failing disk), so that none stops halfway.
func newScript(flags string, parts ...string) (script, error) {
	source := "#!lua" + flags + "\n"
	for _, part := range parts {
		if part == "figures" {
			source += ranks()
		}
		text, err := files.ReadFile("scripts/" + part + ".lua")
		if err != nil {
			return script{}, fmt.Errorf("script %s: %w", part, err)
		}
		source += string(text)
	}
	sum := sha1.Sum([]byte(source))
	return script{source: source, digest: hex.EncodeToString(sum[:])}, nil
}

// ranks is the table that figures.lua expects.
func ranks() string {
	var list strings.Builder
	list.WriteString("local RANKS = {")
	for _, rank := range queue.SketchRanks(math.MaxInt64) {
		fmt.Fprintf(&list, "'%d',", rank)
	}
	list.WriteString("}\n")
	return list.String()
}

// scripts are the verbs, ready to be sent.
type scripts struct {
	join, keep, claim, renew, finish, leave, advance, control, snapshot, restore script
}

func newScripts() (*scripts, error) {
	s := new(scripts)
	for _, verb := range []struct {
		into  *script
		flags string
		parts []string
	}{
		{&s.join, "", []string{"prelude", "join"}},
		{&s.keep, "", []string{"prelude", "keep"}},
		{&s.claim, "", []string{"prelude", "claim"}},
		{&s.renew, "", []string{"prelude", "renew"}},
		{&s.finish, "", []string{"prelude", "finish"}},
		{&s.leave, "", []string{"prelude", "leave"}},
		{&s.advance, "", []string{"prelude", "figures", "advance"}},
		{&s.control, "", []string{"prelude", "control"}},
		{&s.snapshot, " flags=no-writes", []string{"prelude", "figures", "snapshot"}},
		{&s.restore, "", []string{"prelude", "restore"}},
	} {
		made, err := newScript(verb.flags, verb.parts...)
		if err != nil {
			return nil, err
		}
		*verb.into = made
	}
	return s, nil
}

// run sends the script by its digest. A server that does not know it (new, restarted, failed over, another shard)
// gets the source once, in the same step as the call: EVAL both keeps and runs it.
func (s script) run(ctx context.Context, client redis.UniversalClient, keys []string, args ...any) ([]any, error) {
	reply, err := client.EvalSha(ctx, s.digest, keys, args...).Slice()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		reply, err = client.Eval(ctx, s.source, keys, args...).Slice()
	}
	return reply, err
}

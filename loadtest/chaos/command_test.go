package chaos_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/chaos"
)

func TestAPlanThatPlaysNothingIsRefused(t *testing.T) {
	for want, args := range map[string][]string{
		"it has ":              {"--plan", "--topology", "embedded", "--only", "nosuch"},
		"must not be negative": {"--plan", "--few", "-1"},
		"--repeat -1":          {"--plan", "--repeat", "-1"},
		"it has FLUSHALL":      {"--plan", "--topology", "cluster", "--repeat", "2", "--only", "rolling restart"},
		"--topology":           {"--plan", "--topology", ""},
		"topology embedded":    {"--plan", "--only", "FLUSHALL"},
	} {
		cmd := chaos.Command()
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestADirectoryToKeepARunInIsMade(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "kept", "run")
	if _, err := chaos.Run(ctx, chaos.Config{Topologies: []chaos.Topology{chaos.Embedded}, Few: 1, Keep: dir, Gateway: "/nonexistent"}); err == nil {
		t.Error("a run without a gateway has ended well")
	}
	if _, err := os.Stat(filepath.Join(dir, string(chaos.Embedded))); err != nil {
		t.Error(err)
	}
}

package chaos_test

import (
	"io"
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

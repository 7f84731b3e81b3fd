package buildinfo

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheVersionIsWhatWasBuilt(t *testing.T) {
	info := func(main string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: main}, Settings: settings}
	}
	commit, edited := debug.BuildSetting{Key: "vcs.revision", Value: "0123abc"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, tt := range []struct {
		linked string
		info   *debug.BuildInfo
		want   string
	}{
		{"1.2.3", info("v1.0.0", commit), "1.2.3"},
		{"", info("v1.0.1-0.20261129030405-0123abc+dirty", commit), "v1.0.1-0.20261129030405-0123abc+dirty"},
		{"", info("(devel)", commit), "0123abc"},
		{"", info("(devel)", commit, edited), "0123abc+dirty"},
		{"", info("(devel)"), "unknown: built by go"},
		{"", nil, "unknown: built by go"},
	} {
		if got := versionOf(tt.linked, tt.info); !strings.HasPrefix(got, tt.want) || strings.Contains(got, "devel") {
			t.Errorf("%q, %+v: %q, want %q", tt.linked, tt.info, got, tt.want)
		}
	}
}

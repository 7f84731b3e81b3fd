// Package buildinfo says what a binary was built from. Every command uses it.
package buildinfo

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// linked is set by the linker, as make build does: -ldflags "-X github.com/einlass/einlass/internal/buildinfo.linked=1.2.3".
var linked string

// Version is what this binary was built from.
func Version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(linked, info)
}

// versionOf is the version that was linked in, else what the Go command found out about the sources, else that it is not known.
func versionOf(linked string, info *debug.BuildInfo) string {
	if linked != "" {
		return linked
	}
	if info != nil && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	commit, edited := "", ""
	if info != nil {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				edited = "+dirty"
			}
		}
	}
	if commit != "" {
		return commit + edited
	}
	return fmt.Sprintf("unknown: built by %s without a version", runtime.Version())
}

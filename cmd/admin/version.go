package main

import (
	"runtime/debug"
	"strings"
)

// version is what the build says of itself: the tag or the pseudo-version of its commit (go help buildinfo).
func version(info *debug.BuildInfo, ok bool) string {
	if !ok || info == nil {
		return "of unknown origin"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	var commit string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value + commit
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += " with changes"
		}
	}
	if commit == "" {
		return "of unknown origin, built with " + info.GoVersion
	}
	return strings.TrimSpace("of commit " + commit)
}

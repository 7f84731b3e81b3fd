package web

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A script is one function, into which its parts are put in this order. A page has the parts that its kind needs.
var scriptParts = map[string][]string{
	"wait": {
		"script/page.js", "script/clock.js", "script/wait.js", "script/figures.js", "script/say.js", "script/news.js", "script/lost.js", "script/poll.js",
		"script/updates.js",
		"script/presence.js", "script/turn.js", "script/alarm.js",
		"script/bell.js", "script/awake.js", "script/copy.js", "script/print.js", "script/start.js",
	},
	// The pages for an interruption, for a form, and for a place that moves.
	"short": {
		"script/page.js", "script/clock.js", "script/say.js", "script/copy.js", "script/notices.js", "script/short.js",
	},
	"draw":   {"script/page.js", "draw/sha256.js", "draw/permutation.js", "draw/check.js", "draw/page.js"},
	"guard":  {"script/guard.js"}, // of the pages that load themselves again without script
	"client": {"client.js"},
}

// partsOf are the parts of a script. Pages of the release before load a linked one, for all kinds but the draw: what such pages lack comes behind
// what all pages have, and what begins the waiting page is the last of it.
func partsOf(name string) []string {
	if name != "linked" {
		return scriptParts[name]
	}
	wait := scriptParts["wait"]
	last := len(wait) - 1
	parts := slices.Insert(slices.Clone(wait[:last]), 1, "script/older.js")
	for _, part := range scriptParts["short"] {
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return append(parts, wait[last])
}

// mustScript puts the parts of a script into one function, as they are written.
func mustScript(t *testing.T, parts []string) []byte {
	t.Helper()
	var script bytes.Buffer
	script.WriteString("(function(){'use strict';\n")
	for _, name := range parts {
		part, err := os.ReadFile(filepath.Join("assets", name))
		if err != nil {
			t.Fatal(err)
		}
		script.Write(part)
	}
	script.WriteString("})();\n")
	return script.Bytes()
}

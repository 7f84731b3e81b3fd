package redisstore_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// verbFiles are the scripts that are the last part of a verb; the others are shared.
var verbFiles = []string{
	"join", "keep", "claim", "renew", "report", "leave", "find", "move", "advance", "settle", "reveal", "snapshot", "restore", "upgrade",
}

// sources are the scripts by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range must(filepath.Glob("scripts/*.lua"))(t) {
		all[strings.TrimSuffix(filepath.Base(file), ".lua")] = string(must(os.ReadFile(file))(t))
	}
	return all
}

// code is a script without its comments.
func code(source string) string { return regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(source, "") }

func TestTheScriptsHaveTheLimitsOfTheSpecification(t *testing.T) {
	// The smallest epoch that a later clock would give shows where epochs begin to count.
	zero := int64(1_767_225_600_000)
	if queue.EpochAt(zero+2000) != 2 || queue.EpochAt(zero+1999) != 1 {
		t.Fatal("epochs begin elsewhere")
	}
	var all string
	for _, source := range sources(t) {
		all += source
	}
	for name, want := range map[string]int64{
		"UNITS": queue.Units, "MAX_CALLS": queue.MaxCalls, "MAX_SCAN": queue.MaxScan, "MAX_DUE": queue.MaxDue, "MAX_DRAWS": queue.MaxDraws,
		"SKETCH_EXACT": queue.SketchExact, "GATEWAY_LIFE": queue.GatewayLife, "ENDED_FOR": queue.EndedFor, "MAX_ENDED": queue.MaxEnded,
		"EPOCH_ZERO": zero, "EPOCH_SPAN": int64(queue.OrderOf(1, 0)), "BUCKETS": queue.CurveBuckets, "NEVER": int64(queue.MaxOrder),
	} {
		found := regexp.MustCompile(`local `+name+` = (\d+)`).FindAllStringSubmatch(all, -1)
		if len(found) != 1 || found[0][1] != strconv.FormatInt(want, 10) {
			t.Errorf("%s is %v, want %d once", name, found, want)
		}
	}
	for j, edge := range regexp.MustCompile(`\d+`).FindAllString(regexp.MustCompile(`local EDGES = {(.*)}`).FindString(all), -1) {
		if edge != strconv.FormatInt(queue.CurveEdge(j), 10) {
			t.Errorf("edge %d is %s, want %d", j, edge, queue.CurveEdge(j))
		}
	}
}

func TestEveryScriptSaysWhatItTakesAnswersAndCosts(t *testing.T) {
	all := sources(t)
	for _, name := range verbFiles {
		header, _, _ := strings.Cut(all[name], "\n\n")
		for _, word := range []string{"\n-- ARGV:  ", "\n-- Reply: ", "\n-- Cost:  "} {
			if !strings.Contains(header, word) {
				t.Errorf("%s has no line %q", name, word)
			}
		}
	}
	for name, source := range all {
		if !strings.HasPrefix(source, "-- ") {
			t.Errorf("%s does not say what it is", name)
		}
		if n := strings.Count(source, "\n"); n > 400 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
	for _, word := range []string{"KEYS", "ARGV", "Replies"} {
		if header, _, _ := strings.Cut(all["prelude"], "\nlocal "); !strings.Contains(header, word) {
			t.Errorf("the prelude does not name its %s", word)
		}
	}
}

func TestTheScriptsUseTheirKeysAsTheyComeAndNoCommandThatKeysDoesNotName(t *testing.T) {
	allowed, options := keyRights(t), []string{"WITHSCORES", "LIMIT", "BYSCORE", "REV"}
	used := map[string]bool{}
	for name, source := range sources(t) {
		text := code(source)
		if strings.Contains(strings.ReplaceAll(text, "...", ""), "..") {
			t.Errorf("%s composes a text", name)
		}
		for _, taken := range regexp.MustCompile(`KEYS\[\d|KEYS\[['"]`).FindAllString(text, -1) {
			t.Errorf("%s takes a key by number or name: %s", name, taken)
		}
		for _, command := range regexp.MustCompile(`'([A-Z]{3,})'`).FindAllStringSubmatch(text, -1) {
			right := "+" + strings.ToLower(command[1])
			used[right] = true
			if !slices.Contains(allowed, right) && !slices.Contains(options, command[1]) {
				t.Errorf("%s uses %s, which the comment of the keys does not name", name, command[1])
			}
		}
	}
	for _, right := range allowed {
		if !used[right] && !slices.Contains([]string{"+eval", "+evalsha", "+hello", "+ping", "+select", "+cluster|slots"}, right) && right[0] == '+' {
			t.Errorf("the comment of the keys names %s, which no script uses", right)
		}
	}
}

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

// sources are the scripts by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range must(filepath.Glob("scripts/*.lua"))(t) {
		all[strings.TrimSuffix(filepath.Base(file), ".lua")] = string(must(os.ReadFile(file))(t))
	}
	return all
}

func TestTheScriptsHaveTheLimitsOfTheSpecification(t *testing.T) {
	// The smallest epoch that a later clock would give shows where epochs begin to count.
	zero := int64(1_767_225_600_000)
	if queue.EpochAt(zero+2000) != 2 || queue.EpochAt(zero+1999) != 1 {
		t.Fatal("epochs begin elsewhere")
	}
	prelude := sources(t)["prelude"]
	for name, want := range map[string]int64{
		"UNITS": queue.Units, "MAX_CALLS": queue.MaxCalls, "MAX_SCAN": queue.MaxScan,
		"SKETCH_EXACT": queue.SketchExact, "GATEWAY_LIFE": queue.GatewayLife.Milliseconds(),
		"EPOCH_ZERO": zero, "EPOCH_SPAN": int64(queue.OrderOf(1, 0)),
	} {
		found := regexp.MustCompile(`local ` + name + ` = (\d+)`).FindStringSubmatch(prelude)
		if found == nil || found[1] != strconv.FormatInt(want, 10) {
			t.Errorf("%s is %v, want %d", name, found, want)
		}
	}
}

func TestEveryScriptSaysWhatItTakesAnswersAndCosts(t *testing.T) {
	all := sources(t)
	if len(all) != 12 {
		t.Fatalf("%d scripts", len(all))
	}
	for name, source := range all {
		header, _, _ := strings.Cut(source, "\n\n")
		if name == "prelude" {
			header, _, _ = strings.Cut(source, "\nlocal ")
		}
		for _, word := range map[string][]string{"prelude": {"KEYS", "ARGV", "Replies"}, "figures": {"Reply", "Cost"}}[name] {
			if !strings.Contains(header, word) {
				t.Errorf("%s does not name its %s", name, word)
			}
		}
		if name == "prelude" || name == "figures" {
			continue
		}
		for _, word := range []string{"\n-- ARGV:  ", "\n-- Reply: ", "\n-- Cost:  "} {
			if !strings.Contains(header, word) {
				t.Errorf("%s has no line %q", name, word)
			}
		}
	}
}

func TestTheScriptsUseTheirKeysAsTheyComeAndNoCommandThatKeysDoesNotName(t *testing.T) {
	allowed, options := rights(t), []string{"WITHSCORES", "LIMIT", "BYSCORE", "REV"}
	for name, source := range sources(t) {
		code := regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(source, "")
		if strings.Contains(code, "..") {
			t.Errorf("%s composes a text", name)
		}
		whole := strings.NewReplacer("unpack(KEYS)", "", "count('EXISTS', KEYS)", "")
		if strings.Contains(code, "KEYS[") || strings.Contains(whole.Replace(code), "KEYS") {
			t.Errorf("%s takes a key by number", name)
		}
		for _, command := range regexp.MustCompile(`'([A-Z]{3,})'`).FindAllStringSubmatch(code, -1) {
			if !slices.Contains(allowed, "+"+strings.ToLower(command[1])) && !slices.Contains(options, command[1]) {
				t.Errorf("%s uses %s, which the comment of the keys does not name", name, command[1])
			}
		}
	}
}

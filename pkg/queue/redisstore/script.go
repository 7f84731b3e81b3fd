package redisstore

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
)

//go:embed scripts/*.lua
var files embed.FS

// script is one verb's Lua.
type script struct {
	source string
	digest string // names the script to EVALSHA
	keys   int    // how many of the room's keys it takes
}

// newScript puts the parts into one script, behind what it uses of Go's tables. The first line makes Redis check before the
// script begins whether writes are possible (replica, out of memory, failing disk), so that none stops halfway.
func newScript(flags string, keys int, parts ...string) (script, error) {
	var text strings.Builder
	text.WriteString(functions())
	for _, part := range parts {
		name, seldom := strings.CutPrefix(part, "?")
		file, err := files.ReadFile("scripts/" + name + ".lua")
		if err != nil {
			return script{}, fmt.Errorf("script %s: %w", name, err)
		}
		if seldom {
			text.WriteString(begins)
		}
		text.Write(file)
		if seldom {
			text.WriteString(ends)
		}
	}
	source := "#!lua" + flags + "\n" + inlined(lazy(used(constant(text.String()))))
	sum := sha1.Sum([]byte(source))
	return script{source: source, digest: hex.EncodeToString(sum[:]), keys: keys}, nil
}

// definition is a function or value that is defined at the beginning of a line.
var definition = regexp.MustCompile(`(?m)^local (?:function (\w+)\((?s:.*?)^end\n|(\w+) = .*\n)`)

// used leaves out what nothing in a script uses of its definitions. Lua allows a script 200 names, and each costs time in every
// call.
func used(source string) string {
	type part struct{ name, text string } // a definition, or with no name what stands between two
	var parts []part
	end := 0
	for _, at := range definition.FindAllStringSubmatchIndex(source, -1) {
		name := max(at[2], at[4])
		parts = append(parts, part{"", source[end:at[0]]}, part{source[name:max(at[3], at[5])], source[at[0]:at[1]]})
		end = at[1]
	}
	parts = append(parts, part{"", source[end:]})
	uses := map[string][]string{} // by name, what its definitions name
	for _, p := range parts {
		uses[p.name] = append(uses[p.name], words(withoutComments(p.text))...)
	}
	live := map[string]bool{"": true}
	for next := []string{""}; len(next) > 0; {
		name := next[len(next)-1]
		next = next[:len(next)-1]
		for _, word := range uses[name] {
			if _, defined := uses[word]; defined && !live[word] {
				live[word] = true
				next = append(next, word)
			}
		}
	}
	var text strings.Builder
	for _, p := range parts {
		if live[p.name] {
			text.WriteString(p.text)
		}
	}
	return text.String()
}

// words are the names and numbers in a text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	})
}

func withoutComments(source string) string {
	return regexp.MustCompile(`--.*`).ReplaceAllString(source, "")
}

// What stands around a part that few calls need.
const (
	begins = "\n-- seldom begins\n"
	ends   = "\n-- seldom ends\n"
)

// lazy makes one function of all parts that few calls need, one behind the other, which defines their functions when one of
// them is called for the first time: to define a function costs a call about as much as to read a set.
func lazy(source string) string {
	source = strings.ReplaceAll(source, ends+begins, "")
	before, rest, found := strings.Cut(source, begins)
	if !found {
		return source
	}
	part, behind, _ := strings.Cut(rest, ends)
	var names, stubs []string
	part = regexp.MustCompile(`(?m)^local function (\w+)`).ReplaceAllStringFunc(part, func(head string) string {
		name := strings.TrimPrefix(head, "local function ")
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(withoutComments(behind)) {
			return head
		}
		names = append(names, name)
		stubs = append(stubs, fmt.Sprintf("%s = function(...)\n  define()\n  return %s(...)\nend\n", name, name))
		return "function " + name
	})
	return before + "local " + strings.Join(names, ", ") + "\nlocal function define()\n" + part + "\nend\n" + strings.Join(stubs, "") + behind
}

// values are what scripts may use of Go's tables, by name.
func values() map[string]string {
	all := map[string]string{
		"OLD_ROOM": fmt.Sprint(len(names) + 1), "STATE_SPENT": fmt.Sprint(uint8(queue.StateSpent)), "LANES_FORMAT": "'" + lanes.format() + "'",
	}
	for _, c := range constants {
		all[c.name] = fmt.Sprint(slices.Index(names[:], c.key) + 1)
	}
	for phase, name := range phases {
		all["PHASE_"+name] = fmt.Sprint(uint8(phase))
	}
	for name, s := range standings {
		all[name] = fmt.Sprintf(`'\%d\%d'`, s.State, s.Reason)
	}
	for name, why := range endings {
		all[name] = fmt.Sprint(uint8(why))
	}
	for name, l := range map[string]layout{"NO_FIGURES": figures, "NO_RULES": rules, "NO_LANES": lanes} {
		all[name] = fmt.Sprintf(`string.rep('\0', %d)`, 8*l.size())
	}
	return all
}

// literal is the definition of a number or text that never changes.
var literal = regexp.MustCompile(`(?m)^local ([A-Z][A-Z_]*) = (\d+|'[^'\n]*')(?: *--.*)?\n`)

// constant puts what is defined as a number or a text into the places of its name: a name costs each function that uses it a
// search when it is defined.
func constant(source string) string {
	values := map[string]string{}
	for _, found := range literal.FindAllStringSubmatch(source, -1) {
		values[found[1]] = found[2]
	}
	return capitals.ReplaceAllStringFunc(literal.ReplaceAllString(source, ""), func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return name
	})
}

// capitals is the name of a value.
var capitals = regexp.MustCompile(`\b[A-Z][A-Z_]+\b`)

// inlined puts the values in the places of their names.
func inlined(source string) string {
	all := values()
	return capitals.ReplaceAllStringFunc(source, func(name string) string {
		if value, ok := all[name]; ok {
			return value
		}
		return name
	})
}

// functions are Lua that takes packed figures apart and puts them together.
func functions() string {
	all := readDocument()
	for _, l := range []struct {
		name string
		layout
	}{{"figures", figures}, {"rules", rules}, {"watermark", watermark}} {
		reader, writer := l.lua(l.name)
		all += reader + writer
	}
	return all
}

// readDocument is Lua that puts the figures of a document into a table: read_document(text, table).
func readDocument() string {
	into := "t." + strings.Join(documentFigures, ", t.")
	return fmt.Sprintf("local function read_document(s, t)\n  %s = struct.unpack('%s', s)\nend\n", into, documentFigures.format())
}

// phases are the phases that scripts name.
var phases = map[queue.Phase]string{
	queue.PhaseOpen: "OPEN", queue.PhaseClosed: "CLOSED", queue.PhaseLobby: "LOBBY", queue.PhaseDrawing: "DRAWING",
	queue.PhaseThrough: "THROUGH",
}

// standings are the standings that scripts name, as two characters.
var standings = map[string]queue.Standing{
	"IS_UNKNOWN": {State: queue.StateUnknown}, "IS_LOBBY": {State: queue.StateLobby}, "IS_WAITING": {State: queue.StateWaiting},
	"IS_BELOW": {State: queue.StateSpent, Reason: queue.ReasonFloor},
	"IS_FRONT": {State: queue.StateFront}, "IS_FRONT_AGAIN": {State: queue.StateFront, Reason: queue.ReasonAgain},
	"IS_CALLED": {State: queue.StateCalled}, "IS_CALLED_AGAIN": {State: queue.StateCalled, Reason: queue.ReasonAgain},
	"IS_FULL": {State: queue.StateFull}, "IS_ABSENT": {State: queue.StateMissed, Reason: queue.ReasonAbsent},
	"IS_LAPSED": {State: queue.StateMissed, Reason: queue.ReasonLapsed},
	"IS_OVER":   {State: queue.StateMissed, Reason: queue.ReasonOver},
	"IS_INSIDE": {State: queue.StateInside}, "IS_TAKEN": {State: queue.StateTaken},
	"IS_CLOSED":  {State: queue.StateRefused, Reason: queue.ReasonClosed},
	"IS_LIMIT":   {State: queue.StateRefused, Reason: queue.ReasonLimit},
	"IS_SOLDOUT": {State: queue.StateRefused, Reason: queue.ReasonSoldOut},
	"IS_CODE":    {State: queue.StateRefused, Reason: queue.ReasonCode},
}

// endings are why tickets end.
var endings = map[string]queue.Reason{
	"BY_FLOOR": queue.ReasonFloor, "BY_FINISHED": queue.ReasonFinished, "BY_LEFT": queue.ReasonLeft, "BY_TWICE": queue.ReasonTwice,
	"BY_MOVED": queue.ReasonMoved, "BY_REMOVED": queue.ReasonRemoved, "BY_EXPIRED": queue.ReasonExpired, "BY_CODE": queue.ReasonCode,
}

// scripts are the verbs, ready to be sent.
type scripts struct {
	join, keep, claim, renew, report, leave, find, move, advance, settle, reveal, snapshot, restore, upgrade script
}

// oneScripts is newScripts, once a process: to put the scripts together takes some 30 ms of a core, and they are the same for
// every room.
var oneScripts = sync.OnceValues(newScripts)

func newScripts() (*scripts, error) {
	s := new(scripts)
	for _, verb := range []struct {
		into  *script
		parts string
	}{
		{&s.join, "prelude loss bucket places ?moves ?standing ?codes ?curves ?chances ?allowance ?opening ?join_known join"},
		{&s.keep, "prelude places ?moves ?standing ?codes ?opening ?restore_place keep"},
		{&s.claim, "prelude bucket places moves standing curves ?chances ?codes ?opening ?restore_place claim"},
		{&s.renew, "prelude places moves standing curves stays renew"},
		{&s.report, "prelude loss places moves standing curves stays report"},
		{&s.leave, "prelude places moves leave"},
		{&s.find, "prelude places moves standing find"},
		{&s.move, "prelude places moves standing codes move"},
		{&s.advance, "prelude ?loss ?bucket ?curves ?chances ?allowance ?opening ?steps ?sketch ?figures ?watermark ?rows ?clock ?forget ?calling ?outlived advance"},
		{&s.settle, "prelude bucket document settle"},
		{&s.reveal, "prelude opening reveal"},
		{&s.snapshot, "prelude curves chances sketch figures snapshot"},
		{&s.restore, "prelude loss bucket opening steps document watermark unite restore"},
		{&s.upgrade, "prelude bucket document upgrade"},
	} {
		flags, keys := "", len(names)
		if verb.into == &s.snapshot || verb.into == &s.find {
			flags = " flags=no-writes"
		}
		if verb.into == &s.restore || verb.into == &s.upgrade {
			keys += len(oldNames)
		}
		made, err := newScript(flags, keys, strings.Fields(verb.parts)...)
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
	reply, err := client.EvalSha(ctx, s.digest, keys[:s.keys], args...).Slice()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		reply, err = client.Eval(ctx, s.source, keys[:s.keys], args...).Slice()
	}
	return reply, err
}

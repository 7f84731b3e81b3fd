package survey

import (
	"regexp"
	"slices"
	"strings"
)

// A script is not run and not parsed: what it does is known by the names of the browser's interfaces, which minifiers keep, and by the
// addresses written beside them.
const literal = "(?:[\"'`]([^\"'`\\\\\\s<>]{1,200}))?"

var (
	registers  = regexp.MustCompile(`serviceWorker\s*\.\s*register\(\s*` + literal)
	sockets    = regexp.MustCompile(`new\s+(?:\w{1,30}\s*\.\s*)?WebSocket\(\s*` + literal)
	streams    = regexp.MustCompile(`new\s+(?:\w{1,30}\s*\.\s*)?EventSource\(\s*` + literal)
	asks       = regexp.MustCompile(`(?:\bfetch|\baxios(?:\s*\.\s*\w{1,10})?|\.(?:get|post|put|patch|delete|ajax|getJSON))\(\s*` + literal)
	opens      = regexp.MustCompile(`\.open\(\s*["'][A-Za-z]{3,7}["']\s*,\s*` + literal)
	interfaces = regexp.MustCompile("[\"'`](/(?:[\\w.~-]{1,40}/){0,3}(?:api|graphql|rest)(?:/[^\"'`\\\\\\s<>]{0,200})?)[\"'`]")
)

// maxCalls is how many addresses of one kind are kept.
const maxCalls = 20

// behaviour is what scripts say that they do. Addresses are as they are written there.
type behaviour struct {
	registers, sockets, streams bool
	workers, calls              []string
	socketsAt, streamsAt        []string
}

// read takes a script. It takes any text.
func (b *behaviour) read(text string) {
	b.registers = found(registers, text, &b.workers) || b.registers
	b.sockets = found(sockets, text, &b.socketsAt) || b.sockets
	b.streams = found(streams, text, &b.streamsAt) || b.streams
	for _, calls := range []*regexp.Regexp{asks, opens, interfaces} {
		found(calls, text, &b.calls)
	}
}

// found reports whether a script has something, and keeps the addresses beside it.
func found(what *regexp.Regexp, text string, to *[]string) bool {
	all := what.FindAllStringSubmatch(text, maxRefs)
	for _, one := range all {
		address, _, _ := strings.Cut(one[1], "${")
		if len(*to) < maxCalls && strings.Contains(strings.TrimSuffix(address, "://"), "/") && !slices.Contains(*to, address) {
			*to = append(*to, address)
		}
	}
	return len(all) > 0
}

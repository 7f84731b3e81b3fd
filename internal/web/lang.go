package web

import (
	"bytes"
	"maps"
	"sync"
	"sync/atomic"

	"golang.org/x/text/language"
)

const (
	// longestPreference bounds what is read of an Accept-Language header; browsers send less than 100 bytes.
	longestPreference = 200
	// mostPreferences bounds the memory of answers. Real crowds send a few hundred different headers.
	mostPreferences = 1024
)

// matcher finds the language for an Accept-Language header. It remembers the answers, because a crowd sends
// few different headers and matching takes microseconds.
type matcher struct {
	match language.Matcher
	langs []Lang // of its tags
	known atomic.Pointer[map[string]Lang]
	grow  sync.Mutex
}

// newMatcher takes the languages in the order of their Lang. One with a variant, as easy language is, is for those who choose it:
// no browser asks for it, and whoever asks for its language gets that.
func newMatcher(langs []*locale) *matcher {
	m := &matcher{}
	var tags []language.Tag
	for i, l := range langs {
		if len(l.langTag.Variants()) == 0 {
			tags, m.langs = append(tags, l.langTag), append(m.langs, Lang(i))
		}
	}
	m.match = language.NewMatcher(tags)
	m.known.Store(&map[string]Lang{})
	return m
}

// Lang chooses the language for an Accept-Language header (RFC 9110 section 12.5.4). A header that is missing
// or cannot be read, or that names no language we have, gives the default. Safe for concurrent use; it does not
// allocate for a header seen before.
func (s *Site) Lang(acceptLanguage []byte) Lang {
	if len(acceptLanguage) == 0 {
		return 0
	}
	if l, ok := (*s.matcher.known.Load())[string(acceptLanguage)]; ok {
		return l
	}
	return s.matcher.learn(acceptLanguage)
}

// Languages are the tags of those that the pages are in, the first one first.
func (s *Site) Languages() []string {
	tags := make([]string, len(s.langs))
	for i, l := range s.langs {
		tags[i] = l.tag
	}
	return tags
}

// LangOf finds the language that a page of ours was in by its tag, as the page sends it along. False: the site has no
// such language.
func (s *Site) LangOf(tag []byte) (Lang, bool) {
	for i, l := range s.langs {
		if l.tag == string(tag) {
			return Lang(i), true
		}
	}
	return 0, false
}

func (m *matcher) learn(header []byte) Lang {
	if len(header) > longestPreference {
		return m.find(cutList(header))
	}
	l := m.find(header)
	m.grow.Lock()
	defer m.grow.Unlock()
	// The map is copied, never changed, so that readers need no lock. It is small and soon complete.
	if old := *m.known.Load(); len(old) < mostPreferences {
		grown := make(map[string]Lang, len(old)+1)
		maps.Copy(grown, old)
		grown[string(header)] = l
		m.known.Store(&grown)
	}
	return l
}

// cutList keeps as many whole members of a list as fit.
func cutList(header []byte) []byte {
	header = header[:longestPreference]
	return header[:max(bytes.LastIndexByte(header, ','), 0)]
}

func (m *matcher) find(header []byte) Lang {
	wanted, _, err := language.ParseAcceptLanguage(string(header))
	if err != nil || len(wanted) == 0 || len(m.langs) == 0 {
		return 0
	}
	_, index, confidence := m.match.Match(wanted...)
	if confidence == language.No {
		return 0
	}
	return m.langs[index]
}

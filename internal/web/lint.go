package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a person reads at the worst moment must be plain. The lint holds each sentence to what the head of its language's file says,
// and finds what no page should say in any language.

// InternalKinds are the kinds of faults, words of programs that the lint finds in sentences for people, sorted. Read only.
var InternalKinds = []string{
	"ambiguous-path", "backend-answer", "backend-busy", "backend-down", "backend-timeout", "bad-request", "body-not-allowed", "body-too-large",
	"client-gone", "connections-full", "form-sent", "header-field", "header-too-large", "in-line", "line-end", "no-draw", "no-page", "no-pass",
	"not-found", "not-tls", "other-host", "other-origin", "pass-ended", "path-encoding", "request-line", "request-timeout", "stay-busy",
	"stay-networks", "too-many", "too-many-connections", "unknown-host", "unknown-room", "url-too-long",
}

var (
	// initials are z. B., e.g., i. d. R.
	initials = regexp.MustCompile(`(?:^|[^\p{L}])(\p{L}\.(?:\s?\p{L}\.)+)`)
	// pointInside is a point behind a word after which the sentence goes on in a small letter.
	pointInside = regexp.MustCompile(`(\p{L}+\.)\s\p{Ll}`)
	// figure is a number, or a value that is one.
	figure = regexp.MustCompile(`\d|\{\{\.(Count|Low|High|Hours|Minutes|Time|Opens|Begins)\}\}|\{(n|low|high|t)\}`)
)

// rules are what an about demands, ready to be held against sentences.
type rules struct {
	about    about
	passives []*regexp.Regexp
}

// rules makes them ready. What read has refused is left out.
func (a *about) rules() *rules {
	r := &rules{about: *a}
	for _, pattern := range a.Passive {
		if re, err := regexp.Compile("(?i)" + pattern); err == nil {
			r.passives = append(r.passives, re)
		}
	}
	return r
}

// lint says what is wrong with a text, each complaint with the words that it is about.
func (r *rules) lint(text string) (complaints []string) {
	bad := func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) }
	for _, kind := range InternalKinds {
		if hasWord(text, kind) {
			bad("%q is a word of programs", kind)
		}
	}
	for _, word := range r.about.Never {
		if hasWord(text, word) {
			bad("%q has another word here, or none", word)
		}
	}
	for _, short := range abbreviationsIn(text, r.about.Abbreviations) {
		bad("%q is an abbreviation; write it out", short)
	}
	sentences, ends := splitSentences(text)
	for i, s := range sentences {
		if n := wordsIn(s); r.about.Words > 0 && n > r.about.Words {
			bad("%d words in a sentence, at most %d are wanted: %q", n, r.about.Words, s)
		}
		for _, word := range r.about.Vague {
			if hasWord(s, word) && !figure.MatchString(s) {
				bad("%q promises a time that nobody knows; say a figure: %q", word, s)
			}
		}
		for _, re := range r.passives {
			if re.MatchString(s) {
				bad("it does not say who acts: %q", s)
			}
		}
		if at := strings.Index(s, "{{.Site}}"); at > 0 {
			bad("{{.Site}} has its article and begins a sentence: %q", s)
		}
		if r.about.Lines && ends[i] == endInLine {
			bad("a line ends with its sentence: %q", s)
		}
	}
	return complaints
}

// hasWord reports whether a word, or several with one space between them, stands in a text as a whole, in large letters or small.
func hasWord(text, word string) bool {
	text, word = strings.ToLower(strings.Join(strings.Fields(text), " ")), strings.ToLower(word)
	for at := 0; word != ""; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !inWord(before) && (!inWord(after) || strings.HasSuffix(word, ".")) {
			return true
		}
		at += len(word)
	}
	return false
}

// inWord reports whether a sign belongs to a word. A middle point and a hyphen join parts of one.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '·' || r == '-'
}

func abbreviationsIn(text string, known []string) (found []string) {
	for _, short := range known {
		if hasWord(text, short) {
			found = append(found, short)
		}
	}
	for _, pattern := range []*regexp.Regexp{initials, pointInside} {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			// The B. of "z. B. lange" is not another one.
			if !slices.ContainsFunc(found, func(short string) bool { return hasWord(short, m[1]) }) {
				found = append(found, m[1])
			}
		}
	}
	return found
}

// sentenceEnd is what follows a sentence.
type sentenceEnd uint8

const (
	endOfLine sentenceEnd = iota // or of the text
	endInLine
	endColon // which introduces what follows
)

// splitSentences cuts a text behind each point, question mark, exclamation mark and colon that ends a sentence. A point before a
// small letter, or between two values, is one of an abbreviation or of an ordinal.
func splitSentences(text string) (sentences []string, ends []sentenceEnd) {
	begin, before := 0, rune(0)
	cut := func(at int, end sentenceEnd) {
		if s := strings.Join(strings.Fields(text[begin:at]), " "); s != "" {
			sentences, ends = append(sentences, s), append(ends, end)
		}
		begin = at
	}
	for i, r := range text {
		last := before
		before = r
		if !strings.ContainsRune(".?!:؟。", r) {
			continue
		}
		at := i + utf8.RuneLen(r)
		rest := text[at:]
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		switch {
		case strings.TrimSpace(rest) == "" || strings.TrimLeft(rest, " ")[0] == '\n':
			cut(at, endOfLine)
		case rest[0] != ' ' || r == '.' && (unicode.IsLower(first) || first == '{' && (last == '}' || unicode.IsDigit(last))):
		case r == ':':
			cut(at, endColon)
		default:
			cut(at, endInLine)
		}
	}
	cut(len(text), endOfLine)
	return sentences, ends
}

// wordsIn counts the words of a sentence. A value is one word.
func wordsIn(sentence string) (n int) {
	for _, word := range strings.Fields(sentence) {
		if strings.IndexFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0 {
			n++
		}
	}
	return n
}

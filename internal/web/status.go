package web

import (
	"bytes"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Status is what a visitor in the line is told, by the page and by every poll.
type Status struct {
	State State
	// Number is the place's number; 0: none, not shown.
	Number uint64
	// Code names the place together with its number; empty: not shown.
	Code string
	// Ahead is how many people are to be called before this one; negative: unknown, not shown. The page shows
	// an inexact count with the word "about", rounded up to at most three digits unless [Figure] has rounded it.
	Ahead int
	Exact bool
	// More is how many people come first beside those that Ahead says, because they came back since it was said.
	More int
	// Low and High are the range of the expected wait. A High of zero or less: unknown; Full says that nobody can go in
	// until somebody leaves.
	Low, High time.Duration
	Full      bool
	// Promised counts the latest ranges that were told, Kept those that held. The page says it from enoughPromises on.
	Promised, Kept int
	// Chance is what is said of the chance that something is left.
	Chance Chance
	// Next is how long the page waits before it asks again: the interval of the script's polls and, rounded up
	// to seconds, of the reloads without script. Zero or less: the page does not ask again by itself.
	Next time.Duration
	// Message is the operator's text for everybody in the room; plain text, line ends are kept. Empty: none.
	Message string
	// Messages are shown instead of it on the pages of single languages, by their tags.
	Messages map[string]string
	// Stale: the figures are the last ones known, because no newer ones can be had. AsOf is of when they are, in the zone of Now; zero: not said.
	Stale bool
	AsOf  time.Time
	// ClaimLeft is how long a call may still be claimed; zero or less: not said.
	ClaimLeft time.Duration
	// Idle and Max are the bounds of a stay, that of a step and that of the whole; zero: not said.
	Idle, Max time.Duration
	// Last: a call was missed before, and the next one that is missed ends the number.
	Last bool
	// Came is how many have come to the lobby; zero or less: not said.
	Came int
	// Coming is what comes next.
	Coming Coming
	// Shut: no numbers are given at present. Of a place that has ended.
	Shut bool
	// Draw is what is said of a draw. Place is what the place's lot has drawn, counted from 1, of so many lots; 0: not known.
	Draw        DrawNews
	Place, Lots uint64
	// Now is the server's clock; zero: not said. Zoned: it is in the zone in which the room's times are said. Otherwise a page
	// says times in the visitor's.
	Now   time.Time
	Zoned bool
	// Has is the version of the text that the page has already, as an earlier answer named it; empty: none.
	Has []byte
}

// JSONType is the media type of what AppendStatus writes.
const JSONType = "application/json"

// AppendStatus appends the answer to a poll, a JSON object:
//
//	state    string, see [State.String]; for Turn and Checking "waiting", for Ended "none", which pages of an earlier release know
//	number   the place's number, 0 if none
//	code     the place code, of a place that a draw has given its number; else absent
//	ahead    people ahead, -1 if unknown
//	exact    whether ahead is exact
//	low,high range of the expected wait in seconds; high 0 if unknown
//	stale    whether the figures are the last known ones
//	of       of when the figures are that are stale, in Unix milliseconds; absent if not said
//	until    seconds for which the call may still be claimed, 0 if not called
//	more     people who come first beside those that ahead says
//	full     whether the wait is unknown because nobody can go in until somebody leaves
//	turn     whether the state is Turn
//	checking true if the state is Checking; else absent
//	ended    true if the state is Ended; else absent
//	shut     true if it is, and no numbers are given at present; else absent
//	last     true if the next call that is missed ends the number; else absent
//	came     how many have come to the lobby; absent if not said
//	chance   1 to 4 for what is said of the chance that something is left, from little on; absent if nothing is
//	starts   seconds until people are let in; absent if not said
//	v        the version of these fields, pollVersion
//	text     the version of the text, which is message and words
//	next     milliseconds until the next poll, 0 for none
//	now      the server's clock in Unix milliseconds; absent if not said
//	zone     how many minutes the room's zone is ahead of UTC; absent if the room has none
//	message  the operator's text; absent if the page has the text
//	message_lang  its language if that is not the page's; else absent
//	words    what the page says about all this, in the visitor's language, see appendWords; absent without a place, and if the page
//	         has the text
//
// Fields are only ever added: a page of an earlier release reads those that it knows. One that is to mean something else gets another
// name, and the version is counted up where programs should look.
//
// It does not allocate if dst has room. Safe for concurrent use.
func (site *Site) AppendStatus(dst []byte, lang Lang, s *Status) []byte {
	dst = append(dst, `{"state":"`...)
	switch s.State {
	case Turn, Checking:
		dst = append(dst, Waiting.String()...)
	case Ended:
		dst = append(dst, None.String()...)
	default:
		dst = append(dst, s.State.String()...)
	}
	dst = append(dst, `","number":`...)
	dst = strconv.AppendUint(dst, s.Number, 10)
	if s.Code != "" {
		dst = append(dst, `,"code":`...)
		dst = appendJSON(dst, s.Code)
	}
	dst = append(dst, `,"ahead":`...)
	dst = strconv.AppendInt(dst, int64(max(s.Ahead, -1)), 10)
	dst = append(dst, `,"exact":`...)
	dst = strconv.AppendBool(dst, s.Exact)
	dst = append(dst, `,"low":`...)
	dst = strconv.AppendInt(dst, wholeSeconds(s.Low), 10)
	dst = append(dst, `,"high":`...)
	dst = strconv.AppendInt(dst, secondsUp(s.High), 10)
	dst = append(dst, `,"stale":`...)
	dst = strconv.AppendBool(dst, s.Stale)
	if of := s.asOf(); of > 0 {
		dst = append(dst, `,"of":`...)
		dst = strconv.AppendInt(dst, of, 10)
	}
	dst = append(dst, `,"until":`...)
	dst = strconv.AppendInt(dst, wholeSeconds(s.ClaimLeft), 10)
	dst = append(dst, `,"more":`...)
	dst = strconv.AppendInt(dst, int64(max(s.More, 0)), 10)
	dst = append(dst, `,"full":`...)
	dst = strconv.AppendBool(dst, s.Full)
	dst = append(dst, `,"turn":`...)
	dst = strconv.AppendBool(dst, s.State == Turn)
	if s.State == Checking {
		dst = append(dst, `,"checking":true`...)
	}
	if s.State == Ended {
		dst = append(dst, `,"ended":true`...)
		if s.Shut {
			dst = append(dst, `,"shut":true`...)
		}
	}
	if s.Last {
		dst = append(dst, `,"last":true`...)
	}
	if s.Came > 0 {
		dst = append(dst, `,"came":`...)
		dst = strconv.AppendInt(dst, int64(s.Came), 10)
	}
	if s.Chance != NoChance {
		dst = append(dst, `,"chance":`...)
		dst = strconv.AppendUint(dst, uint64(s.Chance), 10)
	}
	if starts := s.Coming.starts(); starts > 0 {
		dst = append(dst, `,"starts":`...)
		dst = strconv.AppendInt(dst, secondsUp(starts), 10)
	}
	dst = append(dst, `,"v":`...)
	dst = strconv.AppendInt(dst, pollVersion, 10)
	dst = append(dst, `,"text":"`...)
	version := len(dst)
	dst = append(append(dst, noVersion...), '"')
	dst = append(dst, beyondTag...)
	dst = strconv.AppendInt(dst, int64(max(s.Next, 0)/time.Millisecond), 10)
	if !s.Now.IsZero() {
		dst = append(dst, `,"now":`...)
		dst = strconv.AppendInt(dst, s.Now.UnixMilli(), 10)
	}
	if minutes, ok := s.zone(); ok {
		dst = append(dst, `,"zone":`...)
		dst = strconv.AppendInt(dst, minutes, 10)
	}
	text := len(dst)
	message, tag := site.message(site.locale(lang), s)
	dst = append(dst, `,"message":`...)
	dst = appendJSON(dst, message)
	if tag != "" {
		dst = append(append(append(dst, `,"message_lang":"`...), tag...), '"')
	}
	if s.State != None {
		dst = site.appendWords(dst, site.locale(lang), s)
	}
	appendVersion(dst[:version], dst[text:])
	if bytes.Equal(dst[version:version+len(noVersion)], s.Has) {
		dst = dst[:text]
	}
	return append(dst, '}')
}

// pollVersion is the version of the fields of an answer to a poll.
const pollVersion = 1

// noVersion is as long as a version is.
const noVersion = "000000000000"

// beyondTag begins what differs from one answer to the next though nothing has happened: when to ask again, and the clock.
const beyondTag = `,"next":`

// appendVersion appends the version of a text: the same at every gateway and after every start, another for another text.
func appendVersion(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	sum := xxhash.Sum64(text)
	for range len(noVersion) {
		dst = append(dst, digits[sum>>60])
		sum <<= 4
	}
	return dst
}

// StatusTag is the entity tag of an answer by AppendStatus, for programs that ask again whether anything is new (RFC 9110 §8.8.3). It is a
// weak one: answers that differ in their clock, or in whether they bring the text, have the same.
func StatusTag(answer []byte) string {
	figures, _, _ := bytes.Cut(answer, []byte(beyondTag))
	tag := append(make([]byte, 0, len(`W/""`)+len(noVersion)), `W/"`...)
	return string(append(appendVersion(tag, figures), '"'))
}

// appendWords appends the sentences of a waiting page as it would be rendered now, so that the script needs no rule of
// any language:
//
//	heading,lead  what the state means; of Inside that it is the visitor's turn
//	tab           the document's title
//	number        the place's number in groups of digits
//	ahead         how many people are ahead: what is before the count, the count, what is behind it
//	more          how many come first beside those; empty: none
//	estimate      the expected wait
//	claim         how long the call may still be claimed; empty: not said
//	stay          how much time there is inside; absent if not said
//	came          how many have come to the lobby; absent if not said
//	chance        what is said of the chance; absent if nothing is
//	starts        how long until people are let in; absent if not said
//	next          what comes next: words, a time by RFC 3339, that time in words, words and so on;
//	              absent if not said
//	draw          what is said of the draw; absent if nothing is
func (site *Site) appendWords(dst []byte, l *locale, s *Status) []byte {
	state := s.State.page()
	dst = append(dst, `,"words":{"heading":"`...)
	dst = site.appendPhrase(dst, inJSON, l, l.heading[state])
	dst = append(dst, `","lead":"`...)
	dst = site.appendPhrase(dst, inJSON, l, l.lead[state])
	dst = append(dst, `","tab":"`...)
	dst = site.appendTab(dst, inJSON, l, s)
	dst = append(dst, `","number":"`...)
	dst = l.grouping.append(dst, s.Number)
	dst = append(dst, `","ahead":["`...)
	dst = l.appendAhead(dst, inJSON, `","`, `","`, s)
	dst = append(dst, `"],"more":"`...)
	if s.More > 0 {
		dst = l.appendCount(dst, inJSON, &l.aheadMore, s.More)
	}
	dst = append(dst, `","estimate":"`...)
	dst = l.appendEstimate(dst, inJSON, s.Low, s.High, s.Full)
	dst = append(dst, `","claim":"`...)
	if s.ClaimLeft > 0 {
		dst = l.appendClaim(dst, inJSON, s)
	}
	if s.saysStay() {
		dst = append(dst, `","stay":"`...)
		dst = l.appendStay(dst, inJSON, s)
	}
	if s.Came > 0 {
		dst = append(dst, `","came":"`...)
		dst = l.appendCount(dst, inJSON, &l.aheadExact, s.Came)
	}
	if s.Chance != NoChance {
		dst = append(dst, `","chance":"`...)
		dst = l.appendChance(dst, inJSON, s.Chance)
	}
	if starts := s.Coming.starts(); starts > 0 {
		dst = append(dst, `","starts":"`...)
		dst = l.appendStarts(dst, inJSON, starts)
	}
	dst = append(dst, '"')
	if nextOf(s) != nextNothing {
		dst = append(dst, `,"next":["`...)
		dst = l.appendNext(dst, inJSON, `","`, `","`, `","`, s)
		dst = append(dst, `"]`...)
	}
	if news := l.drawNews(s); news != nil {
		dst = append(l.appendDrawNews(append(dst, `,"draw":"`...), inJSON, s), '"')
	}
	return append(dst, '}')
}

// zone is how many minutes the room's zone is ahead of UTC now, if it has one.
func (s *Status) zone() (minutes int64, ok bool) {
	_, seconds := s.Now.Zone()
	return int64(seconds / 60), s.Zoned && !s.Now.IsZero()
}

func wholeSeconds(d time.Duration) int64 { return int64(max(d, 0) / time.Second) }

// secondsUp rounds up, so that "not unknown" stays that way.
func secondsUp(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64((d-1)/time.Second) + 1
}

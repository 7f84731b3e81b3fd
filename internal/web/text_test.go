package web

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"
)

// fields are those of an answer to a poll.
func fields(t *testing.T, answer []byte) map[string]any {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal(answer, &f); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return f
}

// has is what a page that got an answer says of it in its next poll.
func has(t *testing.T, answer []byte) []byte {
	t.Helper()
	version, _ := fields(t, answer)["text"].(string)
	return []byte(version)
}

// A page gets sentences once: with the answer that has others than it knows, in each way in which they can be others.
func TestThePageGetsItsTextOnce(t *testing.T) {
	p := mustNew(t, testSite())
	waits := inTheLine().Status
	waits.Message = "Bring your passport."
	first := p.AppendStatus(nil, 0, &waits)
	if f := fields(t, first); f["words"] == nil || f["message"] != waits.Message {
		t.Fatalf("the first answer lacks its text: %s", first)
	}
	has := has(t, first)
	for name, tt := range map[string]struct {
		lang   Lang
		change func(s *Status)
		sent   bool
	}{
		"the same":            {0, func(*Status) {}, false},
		"a later clock":       {0, func(s *Status) { s.Now, s.Next = s.Now.Add(time.Minute), 3*time.Second }, false},
		"stale":               {0, func(s *Status) { s.Stale = true }, false},
		"a wait said alike":   {0, func(s *Status) { s.High -= time.Second }, false},
		"another figure":      {0, func(s *Status) { s.Ahead-- }, true},
		"another state":       {0, func(s *Status) { s.State = Paused }, true},
		"another message":     {0, func(s *Status) { s.Message += " Please." }, true},
		"no message any more": {0, func(s *Status) { s.Message = "" }, true},
		"another language":    {1, func(*Status) {}, true},
		"no place any more":   {0, func(s *Status) { s.State = None }, true},
		"a version of before": {0, func(s *Status) { s.Has = []byte("000000000000") }, true},
	} {
		s := waits
		s.Has = has
		tt.change(&s)
		answer := p.AppendStatus(nil, tt.lang, &s)
		f := fields(t, answer)
		_, message := f["message"]
		if words := f["words"] != nil; message != tt.sent || words != (tt.sent && s.State != None) {
			t.Errorf("%s: %s", name, answer)
		}
		whole := s
		whole.Has = nil
		if version := fields(t, p.AppendStatus(nil, tt.lang, &whole))["text"]; f["text"] != version {
			t.Errorf("%s: the text is %v with it, and %v without", name, version, f["text"])
		}
	}
}

// The fields of an answer are those that programs and pages of other releases read, each of one kind, and without its text no answer is
// longer than 300 bytes.
func TestAnAnswerWithoutItsTextIsSmall(t *testing.T) {
	p := mustNew(t, testSite())
	for state := range Inside + 1 {
		if state == pageStates {
			continue
		}
		s := Status{
			State: state, Number: 9_999_999, Code: "7KQ4-M2PX", Ahead: 9_999_999, Low: 86400 * time.Second, High: 172_800 * time.Second,
			Next: 120 * time.Second, More: 10_000, ClaimLeft: 600 * time.Second, Last: true, Chance: 4,
			Now: monday.In(time.FixedZone("", -210*60)), Zoned: true, Message: "Text",
		}
		switch state { // these never stand beside one another
		case Called, Checking:
		case Lobby, Lots, Drawing:
			s.Came = 999_999
			fallthrough
		default:
			s.ClaimLeft, s.Coming = 0, Coming{Now: monday, Begins: monday.Add(86400 * time.Second)}
		}
		s.Has = has(t, p.AppendStatus(nil, 0, &s))
		answer := p.AppendStatus(nil, 0, &s)
		if len(answer) > 300 {
			t.Errorf("%s: %d bytes: %s", state, len(answer), answer)
		}
		got := slices.Sorted(maps.Keys(fields(t, answer)))
		for _, optional := range []string{"came", "ended", "checking", "starts"} {
			got = slices.DeleteFunc(got, func(name string) bool { return name == optional })
		}
		want := []string{"ahead", "chance", "code", "exact", "full", "high", "last", "low", "more", "next", "now", "number", "stale", "state", "text", "turn", "until", "v", "zone"}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the fields are %q, want %q", state, got, want)
		}
		if v := fields(t, answer)["v"]; v != 1.0 {
			t.Errorf("%s: the version of the fields is %v", state, v)
		}
	}
}

// Two answers have one tag if nothing has happened between them.
func TestATagIsThatOfFiguresAndText(t *testing.T) {
	p := mustNew(t, testSite())
	s := inTheLine().Status
	first := p.AppendStatus(nil, 0, &s)
	for name, tt := range map[string]struct {
		change func(s *Status)
		same   bool
	}{
		"a later clock":    {func(s *Status) { s.Now, s.Next = s.Now.Add(time.Minute), 3*time.Second }, true},
		"without its text": {func(s *Status) { s.Has = has(t, first) }, true},
		"another figure":   {func(s *Status) { s.Ahead-- }, false},
		"another message":  {func(s *Status) { s.Message = "Please wait." }, false},
		"stale":            {func(s *Status) { s.Stale = true }, false},
	} {
		next := s
		tt.change(&next)
		if a, b := StatusTag(first), StatusTag(p.AppendStatus(nil, 0, &next)); (a == b) != tt.same {
			t.Errorf("%s: %s, then %s", name, a, b)
		}
	}
}

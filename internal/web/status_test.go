package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// readStatus is the status as a program reads it.
type readStatus struct {
	State   string `json:"state"`
	Number  uint64 `json:"number"`
	Ahead   int    `json:"ahead"`
	Exact   bool   `json:"exact"`
	Turn    bool   `json:"turn"`
	More    int    `json:"more"`
	Full    bool   `json:"full"`
	Low     int64  `json:"low"`
	High    int64  `json:"high"`
	Next    int64  `json:"next"`
	Message string `json:"message"`
	Stale   bool   `json:"stale"`
	Until   int64  `json:"until"`
	Last    bool   `json:"last"`
	Came    int    `json:"came"`
	Starts  int64  `json:"starts"`
	Ended   bool   `json:"ended"`
	Checks  bool   `json:"checking"`
	Now     int64  `json:"now"`
	Zone    int    `json:"zone"`
}

func TestAStatusIsReadBackAsWritten(t *testing.T) {
	site := mustNew(t, testSite())
	rapid.Check(t, func(t *rapid.T) {
		duration := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, name))
		}
		s := Status{
			State:   State(rapid.IntRange(0, int(Inside)).Draw(t, "state")),
			Number:  rapid.Uint64().Draw(t, "number"),
			Ahead:   rapid.IntRange(-1, 10_000_000).Draw(t, "ahead"),
			Exact:   rapid.Bool().Draw(t, "exact"),
			More:    rapid.IntRange(0, 10_000).Draw(t, "more"),
			Full:    rapid.Bool().Draw(t, "full"),
			Low:     duration("low"),
			High:    duration("high"),
			Next:    duration("next"),
			Message: rapid.String().Draw(t, "message"),
			Stale:   rapid.Bool().Draw(t, "stale"), ClaimLeft: duration("until"),
			Last: rapid.Bool().Draw(t, "last"), Came: rapid.IntRange(-1, 1_000_000).Draw(t, "came"),
			Coming: Coming{Now: monday, Begins: monday.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 1500 * time.Millisecond, day * time.Minute}).Draw(t, "starts"))},
		}
		zone := rapid.SampledFrom([]int{0, 120, -210}).Draw(t, "zone")
		if rapid.Bool().Draw(t, "a clock") {
			s.Now, s.Zoned = monday.In(time.FixedZone("", zone*60)), zone != 0
		} else {
			zone = 0
		}
		want := readStatus{
			Zone:  zone,
			State: s.State.String(), Turn: s.State == Turn, Number: s.Number, Ahead: s.Ahead, Exact: s.Exact,
			More: s.More, Full: s.Full,
			Low: int64(s.Low / time.Second), High: int64((s.High + time.Second - 1) / time.Second),
			Next: s.Next.Milliseconds(), Message: replaceInvalid(s.Message), Stale: s.Stale,
			Until: int64(s.ClaimLeft / time.Second),
			Last:  s.Last, Came: max(s.Came, 0), Starts: int64((s.Coming.Begins.Sub(monday) + time.Second - 1) / time.Second),
			Ended: s.State == Ended, Checks: s.State == Checking,
		}
		if !s.Now.IsZero() {
			want.Now = monday.UnixMilli()
		}
		if want.Turn || want.Checks {
			want.State = "waiting" // pages of an earlier release know no other name, and would load anew
		}
		if want.Ended {
			want.State = "none" // pages of an earlier release load anew, and show that it has ended
		}
		var got readStatus
		if err := json.Unmarshal(site.AppendStatus(nil, 0, &s), &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestAStatusIsWrittenExactlySo(t *testing.T) {
	got := string(mustNew(t, testSite()).AppendStatus(nil, 0, &Status{
		State: Called, Number: 4711, Ahead: -7, High: time.Millisecond, Next: 1500 * time.Millisecond,
		Message: "Hallo\n", ClaimLeft: -time.Second,
	}))
	want := `{"state":"called","number":4711,"ahead":-1,"exact":false,"low":0,"high":1,"stale":false,"until":0,"more":0,"full":false,"turn":false,` +
		`"v":1,"text":"bcd41658816b","next":1500,"message":"Hallo\n","words":{"heading":"It is your turn","lead":"You can go on to: Bürgerbüro Musterstadt.","tab":"It is your turn! · Bürgerbüro Musterstadt","number":"4,711",` +
		`"ahead":["Nobody. You are next."],"more":"","estimate":"less than a minute","claim":""}}`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// The page and the poll say the same in the same words, in every language and state.
func TestAPollSaysWhatThePageSays(t *testing.T) {
	site := mustNew(t, testSite())
	for lang, l := range site.langs {
		rapid.Check(t, func(t *rapid.T) {
			w := inTheLine()
			w.State = State(rapid.IntRange(0, int(pageStates)-1).Draw(t, "state"))
			w.Ahead, w.Exact = rapid.IntRange(0, 2_000_000).Draw(t, "ahead"), rapid.Bool().Draw(t, "exact")
			w.More = rapid.IntRange(0, 300).Draw(t, "more")
			w.Low = time.Duration(rapid.IntRange(0, 90_000).Draw(t, "low")) * time.Second
			w.High = time.Duration(rapid.IntRange(0, 90_000).Draw(t, "high")) * time.Second
			w.ClaimLeft = time.Duration(rapid.IntRange(0, 600).Draw(t, "claim")) * time.Second
			w.Came = rapid.IntRange(0, 2_000_000).Draw(t, "came")
			w.Coming = Coming{Now: monday, Begins: monday.Add(time.Duration(rapid.IntRange(0, 90_000).Draw(t, "starts")) * time.Second), Kept: rapid.Bool().Draw(t, "kept")}
			if rapid.Bool().Draw(t, "a lobby") {
				w.Coming.Opens = monday.Add(time.Minute)
			}
			var got struct {
				Words struct {
					Heading, Lead, Tab, Number, More, Estimate, Claim, Came, Starts string
					Ahead, Next                                                     []string
				}
			}
			if err := json.Unmarshal(site.AppendStatus(nil, Lang(lang), &w.Status), &got); err != nil {
				t.Fatal(err)
			}
			page := strings.ReplaceAll(string(site.AppendWait(nil, Lang(lang), w)), softHyphen, "")
			said := func(what, tag, words string) {
				if want := tag + escaped(words) + "<"; !strings.Contains(page, want) {
					t.Fatalf("%s, %s: the poll says %q, the page does not have %q:\n%s", l.tag, what, words, want, page)
				}
			}
			said("heading", `<h1 id="heading">`, got.Words.Heading)
			said("lead", `id="lead">`, got.Words.Lead)
			said("title", "<title>", got.Words.Tab)
			said("number", `<dd id="number">`, got.Words.Number)
			if w.State == Waiting || w.State == Front || w.State == Recovering {
				said("estimate", `<span id="estimate">`, got.Words.Estimate)
			}
			if w.More > 0 {
				said("more", ">", got.Words.More)
			}
			if w.ClaimLeft > 0 {
				said("claim", ">", got.Words.Claim)
			}
			if w.Came > 0 {
				said("came", `<dd id="came">`, got.Words.Came)
			}
			if w.Coming.starts() > 0 {
				said("starts", `">`, got.Words.Starts)
			}
			if next := got.Words.Next; len(next) > 0 {
				want := escaped(next[0])
				for ; len(next) > 3; next = next[3:] {
					want += `<time datetime="` + next[1] + `">` + escaped(next[2]) + "</time>" + escaped(next[3])
				}
				if len(next) != 1 || !strings.Contains(page, `id="coming">`+want+"</p>") {
					t.Fatalf("%s: the page does not say %q, with %d parts over:\n%s", l.tag, want, len(next)-1, page)
				}
			} else if !strings.Contains(page, `<p id="coming" hidden>`) {
				t.Fatalf("%s: the page says what comes next, the poll does not:\n%s", l.tag, page)
			}
			switch a := got.Words.Ahead; len(a) {
			case 1:
				said("ahead", `<span id="ahead">`, a[0])
			case 3:
				if want := `<span id="ahead">` + escaped(a[0]) + "<b>" + a[1] + "</b>" + escaped(a[2]) + "<"; !strings.Contains(page, want) {
					t.Fatalf("%s: the page does not have %q:\n%s", l.tag, want, page)
				}
			default:
				t.Fatalf("people ahead in %d parts", len(a))
			}
		})
	}
}

func TestNoPlaceHasNoWords(t *testing.T) {
	if got := string(mustNew(t, testSite()).AppendStatus(nil, 0, &Status{State: None})); strings.Contains(got, "words") {
		t.Error(got)
	}
}

func TestEveryStateHasAName(t *testing.T) {
	seen := map[string]bool{}
	for s := range Inside + 1 {
		name := s.String()
		if s == pageStates {
			continue
		}
		if name == "" || seen[name] {
			t.Errorf("state %d is called %q", s, name)
		}
		seen[name] = true
	}
	if State(200).String() != "" {
		t.Error("an unknown state has a name")
	}
}

func TestAStatusCostsNoAllocation(t *testing.T) {
	site := mustNew(t, testSite())
	buf := make([]byte, 0, 2048)
	s := &Status{Number: 4711, Ahead: 12, Low: time.Minute, High: time.Hour, Next: time.Second, Message: "Größe & <mehr>"}
	if n := testing.AllocsPerRun(100, func() { buf = site.AppendStatus(buf[:0], 0, s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStatus(b *testing.B) {
	site := mustNew(b, testSite())
	buf := make([]byte, 0, 2048)
	s := &Status{Number: 128340, Ahead: 1234, Exact: true, Low: time.Minute, High: time.Hour, Next: 8 * time.Second}
	b.ReportAllocs()
	for b.Loop() {
		buf = site.AppendStatus(buf[:0], 0, s)
	}
}

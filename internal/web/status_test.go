package web

import (
	"encoding/json"
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
}

func TestAStatusIsReadBackAsWritten(t *testing.T) {
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
		}
		want := readStatus{
			State: s.State.String(), Turn: s.State == Turn, Number: s.Number, Ahead: s.Ahead, Exact: s.Exact,
			More: s.More, Full: s.Full,
			Low: int64(s.Low / time.Second), High: int64((s.High + time.Second - 1) / time.Second),
			Next: s.Next.Milliseconds(), Message: replaceInvalid(s.Message), Stale: s.Stale,
			Until: int64(s.ClaimLeft / time.Second),
		}
		if want.Turn {
			want.State = "waiting" // pages of an earlier release know no other name, and would load anew
		}
		var got readStatus
		if err := json.Unmarshal(AppendStatus(nil, &s), &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestAStatusIsWrittenExactlySo(t *testing.T) {
	got := string(AppendStatus(nil, &Status{
		State: Called, Number: 4711, Ahead: -7, High: time.Millisecond, Next: 1500 * time.Millisecond,
		Message: "Hallo\n", ClaimLeft: -time.Second,
	}))
	want := `{"state":"called","number":4711,"ahead":-1,"exact":false,"low":0,"high":1,"next":1500,"message":"Hallo\n","stale":false,"until":0,"more":0,"full":false,"turn":false}`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
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
	buf := make([]byte, 0, 1024)
	s := &Status{Number: 4711, Ahead: 12, Low: time.Minute, High: time.Hour, Next: time.Second, Message: "Größe & <mehr>"}
	if n := testing.AllocsPerRun(100, func() { buf = AppendStatus(buf[:0], s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStatus(b *testing.B) {
	buf := make([]byte, 0, 1024)
	s := &Status{Number: 128340, Ahead: 1234, Exact: true, Low: time.Minute, High: time.Hour, Next: 8 * time.Second}
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendStatus(buf[:0], s)
	}
}

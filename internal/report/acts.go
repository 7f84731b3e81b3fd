package report

import (
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/audit"
)

// Act is what somebody asked for. Who it was is told by a letter: the report names nobody.
type Act struct {
	At      int64  `json:"at"`
	Who     string `json:"who"` // "operator A"; empty: the gateway
	Act     string `json:"act"`
	Words   string `json:"words"`
	Reason  string `json:"reason,omitempty"`
	Refused bool   `json:"refused,omitempty"`
}

// acts are those on the room, and those of no room, within the time of the report.
func (r *Report) acts(records []Record) {
	var all []audit.Entry
	for _, record := range records {
		all = append(all, record.Entries...)
	}
	slices.SortStableFunc(all, func(a, b audit.Entry) int { return a.Time.Compare(b.Time) })
	letters := map[string]string{}
	for i := range all {
		e := &all[i]
		at := e.Time.UnixMilli()
		if at < r.From || at > r.To || e.Room != "" && e.Room != r.Room || strings.HasPrefix(e.Act, "record: ") {
			continue
		}
		if strings.HasSuffix(e.Act, ": started") && e.Principal != nil && e.Principal.Name == "" {
			r.Faults = append(r.Faults, Fault{At: at, Kind: FaultStarted})
		}
		r.Acts = append(r.Acts, Act{At: at, Who: letterOf(letters, e.Principal), Act: e.Act, Words: wordsOf(e), Reason: e.Reason, Refused: e.Error != ""})
	}
}

// letterOf names a principal by a letter, in the order in which they act.
func letterOf(letters map[string]string, p *audit.Principal) string {
	if p == nil || p.Name == "" {
		return ""
	}
	if letters[p.Name] == "" {
		letter := string(rune('A' + len(letters)%26))
		if n := len(letters) / 26; n > 0 {
			letter += strings.Repeat("'", n)
		}
		letters[p.Name] = p.Role + " " + letter
	}
	return letters[p.Name]
}

// wordsOf is what an act changed. Of what is about single people, only that it was done.
func wordsOf(e *audit.Entry) string {
	kind, _, _ := strings.Cut(e.Act, ":")
	if slices.Contains([]string{"place", "stay", "debug", "log-in", "log-out"}, kind) {
		return e.Act
	}
	short := *e
	short.Reason, short.Error = "", ""
	return short.Words()
}

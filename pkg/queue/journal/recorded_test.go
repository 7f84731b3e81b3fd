package journal_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// recordedAnswers are what is read from the journals of an earlier release.
type recordedAnswers struct {
	Summary journal.Summary      `json:"summary"`
	Kinds   map[journal.Kind]int `json:"kinds"`
	Closed  []bool               `json:"closed"`
	Until   int64                `json:"until"`
}

func TestJournalsOfEarlierReleasesSayTheSame(t *testing.T) {
	dirs, err := filepath.Glob("testdata/20*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("recordings: %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			files, err := filepath.Glob(dir + "/*.jsonl")
			if err != nil || len(files) == 0 {
				t.Fatalf("journals: %v, %v", files, err)
			}
			got, err := json.MarshalIndent(readRecorded(t, files), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(dir + "/answers.json")
			if err != nil {
				t.Fatal(err)
			}
			if string(got)+"\n" != string(want) {
				t.Errorf("now:\n%s\nthen:\n%s", got, want)
			}
		})
	}
}

func readRecorded(t *testing.T, files []string) (a recordedAnswers) {
	m, err := journal.Merge(files...)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := journal.New(m.Config(func(v journal.Violation) { t.Error(v) }))
	if err != nil {
		t.Fatal(err)
	}
	a.Kinds, a.Until = map[journal.Kind]int{}, m.Until
	for _, e := range m.Events {
		rules.Observe(e)
		if e.Kind == journal.Settle && m.Format == journal.FormatOld {
			e.Kind = "control" // as it was called then
		}
		a.Kinds[e.Kind]++
	}
	a.Summary = rules.Close()
	for _, f := range m.Files {
		a.Closed = append(a.Closed, f.Closed)
	}
	return a
}

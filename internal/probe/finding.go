package probe

import "fmt"

// Level is how much a finding matters.
type Level uint8

// The levels.
const (
	OK Level = iota
	Warning
	Error
)

var levelNames = [...]string{OK: "ok", Warning: "warning", Error: "error"}

func (l Level) String() string { return levelNames[l] }

// Finding is one thing that the probe has seen.
type Finding struct {
	Level Level
	// What is seen, Mend what to do about it; Mend is empty for what is good.
	What, Mend string
}

// String is the finding on one line.
func (f Finding) String() string {
	if f.Mend == "" {
		return f.Level.String() + ": " + f.What
	}
	return f.Level.String() + ": " + f.What + "; mend: " + f.Mend
}

// findings grow in the order in which they are seen.
type findings []Finding

func (all *findings) good(format string, args ...any) {
	*all = append(*all, Finding{OK, fmt.Sprintf(format, args...), ""})
}

func (all *findings) warn(mend, format string, args ...any) {
	*all = append(*all, Finding{Warning, fmt.Sprintf(format, args...), mend})
}

func (all *findings) bad(mend, format string, args ...any) {
	*all = append(*all, Finding{Error, fmt.Sprintf(format, args...), mend})
}

// check adds a good finding, or a bad one with its mend.
func (all *findings) check(ok bool, good, bad, mend string) {
	if ok {
		all.good("%s", good)
		return
	}
	all.bad(mend, "%s", bad)
}

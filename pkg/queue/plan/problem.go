package plan

import "fmt"

// Problem is what is wrong with a schedule. Path is the key below the schedule, as openings[0].start; Text says what is wrong and what is
// accepted. Kind and Values say the same for programs that have other words for it: the text of a kind has its values in their order.
type Problem struct {
	Path, Text string
	Kind       ProblemKind
	Values     []string
}

// ProblemKind is what is wrong, from a closed set; empty: only the text says it.
type ProblemKind string

// The kinds of problems, each with its text in problemTexts.
const (
	ProblemCount           ProblemKind = "count"
	ProblemOpenings        ProblemKind = "openings"
	ProblemOpeningTwice    ProblemKind = "opening_twice"
	ProblemOpeningUnknown  ProblemKind = "opening_unknown"
	ProblemLobbyAtStart    ProblemKind = "lobby_at_start"
	ProblemStartAfterEnd   ProblemKind = "start_after_end"
	ProblemQuotaMissing    ProblemKind = "quota_missing"
	ProblemReleaseEarly    ProblemKind = "release_early"
	ProblemReleaseLate     ProblemKind = "release_late"
	ProblemReleaseSum      ProblemKind = "release_sum"
	ProblemGroupEverybody  ProblemKind = "group_everybody"
	ProblemGroupName       ProblemKind = "group_name"
	ProblemTwice           ProblemKind = "twice"
	ProblemGroupsMissing   ProblemKind = "groups_missing"
	ProblemGroupUnknown    ProblemKind = "group_unknown"
	ProblemRange           ProblemKind = "range"
	ProblemLong            ProblemKind = "long"
	ProblemControl         ProblemKind = "control"
	ProblemOverlap         ProblemKind = "overlap"
	ProblemZone            ProblemKind = "zone"
	ProblemChoice          ProblemKind = "choice"
	ProblemOpeningsMissing ProblemKind = "openings_missing"
	ProblemLobbyMissing    ProblemKind = "lobby_missing"
	ProblemDaysMissing     ProblemKind = "days_missing"
	ProblemWeekday         ProblemKind = "weekday"
	ProblemUntilEarly      ProblemKind = "until_early"
	ProblemWeekly          ProblemKind = "weekly"
	ProblemWithoutQuota    ProblemKind = "without_quota"
	ProblemPoints          ProblemKind = "points"
	ProblemSeconds         ProblemKind = "seconds"
	ProblemPointEarly      ProblemKind = "point_early"
	ProblemClock           ProblemKind = "clock"
	ProblemDate            ProblemKind = "date"
	ProblemDateEmpty       ProblemKind = "date_empty"
	ProblemObject          ProblemKind = "object"
	ProblemList            ProblemKind = "list"
	ProblemText            ProblemKind = "text"
	ProblemTruth           ProblemKind = "truth"
	ProblemWhole           ProblemKind = "whole"
	ProblemUnknown         ProblemKind = "unknown"
	ProblemJSON            ProblemKind = "json"
)

// problemTexts are what the kinds say, with the values in their order. It is a constant table.
var problemTexts = map[ProblemKind]string{
	ProblemCount:           "are %v; want at most %v",
	ProblemOpenings:        "are %v; want 1 to %v",
	ProblemOpeningTwice:    "%q is changed twice",
	ProblemOpeningUnknown:  "there is no %q by the rules; want the date and the start of an opening, for example 2026-12-01 08:00",
	ProblemLobbyAtStart:    "%v is the start; want an earlier clock, or none",
	ProblemStartAfterEnd:   "%v is not before the end %v; want an earlier start, or an end as well",
	ProblemQuotaMissing:    "is none; without one standby and more mean nothing",
	ProblemReleaseEarly:    "%v is not after %v; want the same day, and later",
	ProblemReleaseLate:     "%v is not before the end %v",
	ProblemReleaseSum:      "makes a quota of %v; want at most %v",
	ProblemGroupEverybody:  "%v are those in no group; want another name",
	ProblemGroupName:       "%q is not accepted; want 1 to 32 of a-z, 0-9 and -",
	ProblemTwice:           "%v is given twice",
	ProblemGroupsMissing:   "means nothing without groups",
	ProblemGroupUnknown:    "%q is no group; want %v",
	ProblemRange:           "%v is not accepted; want %v to %v",
	ProblemLong:            "has %v bytes; want at most %v",
	ProblemControl:         "has control characters; want plain text in one line",
	ProblemOverlap:         "on %v it begins at %v, before %v of %v is over",
	ProblemZone:            "%q is no zone; want for example Europe/Berlin",
	ProblemChoice:          "%q is not accepted; want one of %v",
	ProblemOpeningsMissing: "means nothing without openings: the room is open",
	ProblemLobbyMissing:    "draw orders those who came to a lobby; want a lobby",
	ProblemDaysMissing:     "and dates are empty; want weekdays, dates or both",
	ProblemWeekday:         "%q is no weekday; want one of %v",
	ProblemUntilEarly:      "%v is before from %v",
	ProblemWeekly:          "are empty, and from, until and except are bounds of a weekly rule",
	ProblemWithoutQuota:    "means nothing without a quota",
	ProblemPoints:          "has %v points; want at most %v",
	ProblemSeconds:         "%q is not accepted; want whole seconds from 0s to %v, for example 5m",
	ProblemPointEarly:      "%v is not after the point before, %v",
	ProblemClock:           "%q is no clock; want 00:00 to 23:59, for example 08:00",
	ProblemDate:            "%q is no date; want for example 2026-12-01",
	ProblemDateEmpty:       "is empty; want for example 2026-12-01",
	ProblemObject:          "is no object",
	ProblemList:            "is no list",
	ProblemText:            "is no text; want it in quotes",
	ProblemTruth:           "is not true or false",
	ProblemWhole:           "is no whole number",
	ProblemUnknown:         "is unknown; accepted: %v",
	ProblemJSON:            "is no JSON",
}

// problem is one of a kind.
func problem(path string, kind ProblemKind, values ...any) Problem {
	p := Problem{Path: path, Kind: kind, Text: fmt.Sprintf(problemTexts[kind], values...)}
	for _, v := range values {
		p.Values = append(p.Values, fmt.Sprint(v))
	}
	return p
}

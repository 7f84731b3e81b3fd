package setup

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/suggest"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Hours is when people are let in. The zero value: always.
type Hours struct {
	plan.Schedule
	// Zoned: somebody said the zone, which is assumed otherwise.
	Zoned bool
}

// lobby is how long before an opening people may come, where nobody says so.
const lobby = 30 * time.Minute

const wantHours = "want always, tuesday 08:00-12:00, mon-fri 08:00-16:00 or 2026-12-07 08:00, several by ;"

// spans is what people write between the ends of a span.
var spans = regexp.MustCompile(`(?i)(\S)\s*(?:[-–]|\s(?:bis|to|until)\s)\s*`)

// days are the names of weekdays, in English and German, and what people shorten them to.
func days() map[string]string {
	all := map[string]string{}
	for i, names := range []string{
		"sunday sun so sonntag sonntags", "monday mon mo montag montags", "tuesday tue tues di dienstag dienstags", "wednesday wed mi mittwoch mittwochs",
		"thursday thu thur thurs do donnerstag donnerstags", "friday fri fr freitag freitags", "saturday sat sa samstag samstags sonnabend",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = strings.ToLower(time.Weekday(i).String())
		}
	}
	return all
}

// ParseHours reads hours: always, or openings separated by semicolons. Each has weekdays or dates and a clock, with or without an end; one
// zone may stand anywhere. An opening of dates that are over is refused.
func ParseHours(text string, now time.Time) (Hours, error) {
	var h Hours
	switch strings.ToLower(text) {
	case "":
		return h, errors.New("is empty; " + wantHours)
	case "always", "immer", "24/7":
		return h, nil
	}
	for part := range strings.SplitSeq(spans.ReplaceAllString(text, "$1-"), ";") {
		o, err := h.opening(part)
		if err != nil {
			return Hours{}, err
		}
		h.Openings = append(h.Openings, o)
	}
	h.Zone, h.Between = cmp.Or(h.Zone, localZone()), plan.Closed
	if _, problems := plan.Parse(&h.Schedule); len(problems) > 0 {
		return Hours{}, fmt.Errorf("%s %s", problems[0].Path, problems[0].Text)
	}
	zone := plan.Zone(h.Encode())
	for _, o := range h.Openings {
		if len(o.Days) == 0 && !slices.ContainsFunc(o.Dates, func(date string) bool {
			begins, err := time.ParseInLocation("2006-01-02 15:04", date+" "+o.Start, zone)
			return err == nil && begins.After(now)
		}) {
			return Hours{}, fmt.Errorf("%s %s is over already", strings.Join(o.Dates, ", "), o.Start)
		}
	}
	return h, nil
}

// opening reads one. A zone in it is the hours'.
func (h *Hours) opening(text string) (o plan.Opening, err error) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		switch lower := strings.ToLower(word); {
		case slices.Contains([]string{"at", "from", "um", "ab", "von", "uhr"}, lower): // mean nothing here
		case strings.Contains(word, "/") || word == "UTC":
			_, zoneErr := time.LoadLocation(word)
			if zoneErr != nil || h.Zone != "" && h.Zone != word {
				err = errors.Join(err, fmt.Errorf("%q is no zone, or a second one; want for example Europe/Berlin", word))
			}
			h.Zone, h.Zoned = word, true
		case strings.Contains(word, ":"):
			err = errors.Join(err, clocks(&o, word))
		case strings.ContainsAny(word[:1], "0123456789"):
			date, dateErr := dateOf(word)
			o.Dates, err = append(o.Dates, date), errors.Join(err, dateErr)
		default:
			some, daysErr := daysOf(lower)
			o.Days, err = append(o.Days, some...), errors.Join(err, daysErr)
		}
	}
	switch {
	case err != nil:
	case len(o.Days)+len(o.Dates) == 0:
		err = fmt.Errorf("%q names no day; %s", strings.TrimSpace(text), wantHours)
	case o.Start == "":
		err = fmt.Errorf("%q names no clock; %s", strings.TrimSpace(text), wantHours)
	}
	return o, err
}

// clocks reads 8:00 or 08:00-12:00, and lets people come half an hour before.
func clocks(o *plan.Opening, word string) error {
	begin, end, ends := strings.Cut(word, "-")
	start, err := time.Parse("15:04", begin)
	if err != nil {
		return fmt.Errorf("%q is no clock; want for example 08:00 or 08:00-12:00", begin)
	}
	if o.Start != "" {
		return fmt.Errorf("%q is a second clock; want 08:00-12:00, or another opening behind ;", word)
	}
	o.Start, o.Lobby = start.Format("15:04"), start.Add(-lobby).Format("15:04")
	if !ends {
		return nil
	}
	over, err := time.Parse("15:04", end)
	if err != nil {
		return fmt.Errorf("%q is no clock; want for example 12:00", end)
	}
	o.End = over.Format("15:04")
	return nil
}

// dateOf reads 2026-12-07 or 7.12.2026.
func dateOf(word string) (string, error) {
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if t, err := time.Parse(layout, word); err == nil {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", fmt.Errorf("%q is no date and no clock; want for example 2026-12-07, or 08:00", word)
}

// daysOf reads a weekday, a span of them (mon-fri) or daily.
func daysOf(word string) ([]string, error) {
	names := days()
	order := make([]string, 7)
	for i := range order {
		order[i] = strings.ToLower(time.Weekday((i + 1) % 7).String())
	}
	if word == "daily" || word == "täglich" {
		return order, nil
	}
	first, last, span := strings.Cut(word, "-")
	if !span {
		last = first
	}
	for _, one := range []string{first, last} {
		if names[one] == "" {
			all := make([]string, 0, len(names))
			for name := range names {
				all = append(all, name)
			}
			slices.Sort(all)
			text := fmt.Sprintf("%q is no day", one)
			if like := suggest.Nearest(one, all, 2); like != "" {
				return nil, fmt.Errorf("%s; did you mean %s?", text, like)
			}
			return nil, fmt.Errorf("%s; %s", text, wantHours)
		}
	}
	var some []string
	for i := slices.Index(order, names[first]); ; i = (i + 1) % 7 {
		some = append(some, order[i])
		if order[i] == names[last] {
			return some, nil
		}
	}
}

// localZone is the zone of this machine, or that of Germany if it has none that says where it is.
func localZone() string {
	name := os.Getenv("TZ")
	if name == "" {
		if to, err := os.Readlink("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(to, "zoneinfo/")
		}
	}
	if _, err := time.LoadLocation(name); err != nil || !strings.Contains(name, "/") || strings.HasPrefix(name, "Etc/") {
		return "Europe/Berlin"
	}
	return name
}

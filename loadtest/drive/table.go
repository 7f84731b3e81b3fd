package drive

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteTo writes the result as text for people.
func (r *Result) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %v\n\n", r.Target, r.Took.Round(time.Millisecond))
	r.people(&b)
	r.requests(&b)
	r.times(&b)
	r.lineAndSite(&b)
	r.verdict(&b)
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func table(b *strings.Builder, rows ...[]string) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t")+"\t") // into a buffer: cannot fail
	}
	_ = w.Flush()
	b.WriteByte('\n')
}

func (r *Result) people(b *strings.Builder) {
	fmt.Fprintf(b, "people: %d came", r.Arrived)
	for _, end := range slices.Sorted(maps.Keys(r.Ends)) {
		fmt.Fprintf(b, ", %d %s", r.Ends[end], strings.ReplaceAll(end, "_", " "))
	}
	fmt.Fprintf(b, "\nline:   %d numbers, %d came in (%d of them at once), %d lost their place, at most %d in line and %d inside\n",
		r.Numbers, r.Claims, r.Straight, r.Lost, r.MostInLine, r.MostInside)
	fmt.Fprintf(b, "wait:   p50 %s, p90 %s, p99 %s, longest %s (of %d who waited and came in)\n",
		round(r.Waits.P50), round(r.Waits.P90), round(r.Waits.P99), round(r.Waits.Max), r.Waits.Count)
	fmt.Fprintf(b, "longest silence: %s\n\n", round(r.LongestSilence))
}

// round shows three digits or so.
func round(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

func (r *Result) requests(b *strings.Builder) {
	fmt.Fprintf(b, "%d requests (%.0f a second, at most %d; polls at most %d), %d of them started late; from when they were due:\n",
		r.Requests, float64(r.Requests)/max(r.Took.Seconds(), 1e-3), r.MostRequests, r.MostPolls, r.Late)
	rows := [][]string{{"", "count", "p50", "p90", "p99", "max", "late", "answers and errors"}}
	for _, k := range r.Kinds {
		var what []string
		for _, status := range slices.Sorted(maps.Keys(k.Status)) {
			what = append(what, fmt.Sprintf("%s: %d", status, k.Status[status]))
		}
		for _, name := range slices.Sorted(maps.Keys(k.Errors)) {
			what = append(what, fmt.Sprintf("%s: %d", name, k.Errors[name]))
		}
		rows = append(rows, []string{
			k.Kind, fmt.Sprint(k.Count), round(k.P50), round(k.P90), round(k.P99), round(k.Max), fmt.Sprint(k.Late),
			strings.Join(what, ", "),
		})
	}
	table(b, rows...)
}

func (r *Result) times(b *strings.Builder) {
	if len(r.Times) == 0 {
		return
	}
	rows := [][]string{{"from", "came", "requests/s", "polls/s", "errors", "let in", "a minute", "pace", "in line", "inside"}}
	for _, t := range r.Times {
		pace := "–"
		if t.Rate >= 0 && r.Line != nil {
			pace = fmt.Sprint(t.Rate)
		}
		span := min(r.Every, max(r.Took-t.At, time.Second)).Seconds()
		rows = append(rows, []string{
			t.At.String(), fmt.Sprint(t.Arrived), fmt.Sprintf("%.0f", float64(t.Requests)/span), fmt.Sprintf("%.0f", float64(t.Polls)/span),
			fmt.Sprint(t.Errors), fmt.Sprint(t.Claims), fmt.Sprintf("%.0f", float64(t.Claims)*60/span), pace,
			fmt.Sprint(t.InLine), fmt.Sprint(t.Inside),
		})
	}
	table(b, rows...)
}

func (r *Result) lineAndSite(b *strings.Builder) {
	if l := r.Line; l != nil {
		fmt.Fprintf(b, "gate:   %d snapshots (%d asks failed), pace %d a minute, burst %d, bound %d; at most %d calls in 60 s, %d inside and called\n",
			l.Snapshots, l.Failed, l.Rate, l.Burst, l.Bound, l.MostMinute, l.MostInside)
	}
	if s := r.Portal; s != nil {
		fmt.Fprintf(b, "site:   %d requests, %d served, %d errors, %d given up; at most %d in flight (knee %d), %.1f s past the knee, %d crashes, %.1f s down\n",
			s.Requests, s.Served, s.Errors, s.Timeouts, s.Peak, s.Knee, s.OverSeconds, s.Crashes, s.DownSeconds)
		fmt.Fprintf(b, "book:   %d booked, %d double refused, %d double made, %d of %d places left\n",
			s.Bookings, s.DoubleRefused, s.Double, s.Left, s.Places)
	}
}

func (r *Result) verdict(b *strings.Builder) {
	if r.Sworn == "" {
		return
	}
	fmt.Fprintf(b, "rules:  %d violations in %d events (%s)\n", r.Checked.Violations, r.Checked.Events, r.Sworn)
	for _, rule := range slices.Sorted(maps.Keys(r.Broken)) {
		fmt.Fprintf(b, "        %d × %s\n", r.Broken[rule], rule)
	}
	for _, text := range r.Violations {
		fmt.Fprintf(b, "        %s\n", text)
	}
}

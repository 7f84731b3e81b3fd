package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/pkg/queue/journal/summary"
)

//go:embed page.html words/*.yaml
var files embed.FS

// Languages are those of the page.
func Languages() []string { return []string{"de", "en"} }

// HTML is the report as one page, with nothing to load and no script. zone is that of the times in it.
func (r *Report) HTML(language string, zone *time.Location) ([]byte, error) {
	p := page{Report: r, Lang: language, zone: zone}
	text, err := files.ReadFile("words/" + language + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no report in the language %q: want %s", language, strings.Join(Languages(), ", "))
	}
	if err := yaml.Unmarshal(text, &p.words); err != nil {
		return nil, err
	}
	t, err := template.New("page.html").Option("missingkey=error").ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, &p); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(b.Bytes()), '\n'), nil
}

// page is what the template is given.
type page struct {
	*Report
	Lang  string
	zone  *time.Location
	words map[string]string
}

// W is a text of the language, by its name.
func (p *page) W(name string, args ...any) (string, error) {
	text, ok := p.words[name]
	if !ok {
		return "", fmt.Errorf("no text %q in %s", name, p.Lang)
	}
	if len(args) == 0 {
		return text, nil
	}
	return fmt.Sprintf(text, args...), nil
}

// Or is a text by its name, or the name itself where there is none, for words of later releases.
func (p *page) Or(prefix, name string) string {
	if text, ok := p.words[prefix+name]; ok {
		return text
	}
	return name
}

// Day and Clock are times in the zone of the page.
func (p *page) Day(ms int64) string {
	layout := map[string]string{"de": "02.01.2006 15:04:05"}[p.Lang]
	if layout == "" {
		layout = "2 Jan 2006 15:04:05"
	}
	return At(ms).In(p.zone).Format(layout + " MST")
}

// Clock is the time of a day.
func (p *page) Clock(ms int64) string { return At(ms).In(p.zone).Format("15:04:05") }

// Minute is the time of a minute.
func (p *page) Minute(ms int64) string { return At(ms).In(p.zone).Format("15:04") }

// Span is a time in ms, in words.
func (p *page) Span(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", ms)
	case d < time.Minute:
		return p.decimal(d.Seconds()) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// Percent is a permille as a percentage.
func (p *page) Percent(permille int64) string { return p.decimal(float64(permille)/10) + " %" }

// Part is a of b as a percentage.
func (p *page) Part(a, b int64) string {
	if b == 0 {
		return "–"
	}
	return p.Percent(1000 * a / b)
}

// Number has the separators of the language.
func (p *page) Number(n int64) string {
	text, point := strconv.FormatInt(n, 10), ","
	if p.Lang == "de" {
		point = "."
	}
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + point + text[i:]
	}
	return text
}

func (p *page) decimal(x float64) string {
	text := strconv.FormatFloat(x, 'f', 1, 64)
	if p.Lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// Allowed is how many a minute's pace lets in.
func (p *page) Allowed(m summary.Minute) string { return p.decimal(m.Allowed) }

// Shows reports whether something happened in a minute: the table leaves out the others.
func (p *page) Shows(m summary.Minute) bool { return m.Arrivals+m.Entries+m.Waiting+m.Inside > 0 }

// Ended are the promises that ended.
func (p *page) Ended() int64 { return p.Promises.Kept + p.Promises.Early + p.Promises.Late }

// chart is how large the drawing is.
const chartWidth, chartHeight = 720, 200

// Line draws a figure of the minutes, as the points of an SVG line.
func (p *page) Line(of string) string {
	value := func(m *summary.Minute) int64 {
		switch of {
		case "arrivals":
			return m.Arrivals
		case "entries":
			return m.Entries
		}
		return m.Waiting
	}
	most := max(int64(1), p.Most(of))
	var b strings.Builder
	for i := range p.Minutes {
		x := float64(chartWidth) * float64(i) / float64(max(1, len(p.Minutes)-1))
		y := chartHeight - float64(chartHeight)*float64(value(&p.Minutes[i]))/float64(most)
		fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
	}
	return strings.TrimSpace(b.String())
}

// Most is the largest value on the scale of a figure: arrivals and entries have one scale.
func (p *page) Most(of string) (most int64) {
	for i := range p.Minutes {
		m := &p.Minutes[i]
		if of == "waiting" {
			most = max(most, m.Waiting)
		} else {
			most = max(most, m.Arrivals, m.Entries)
		}
	}
	return most
}

// Data is the report for programs.
func (p *page) Data() (string, error) {
	text, err := p.JSON()
	return string(text), err
}

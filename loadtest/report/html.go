package report

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"

	"github.com/einlass/einlass/loadtest/scenarios"
)

//go:embed page.html page.css charts.js uplot/uPlot.iife.min.js uplot/uPlot.min.css uplot/LICENSE
var files embed.FS

// page is what the template sees.
type page struct {
	Style, PlotStyle template.CSS
	Plot, Charts     template.JS
	Licence          string
	Mornings         []pageMorning
	Series           []series // what the script draws, in the order of the mornings
	Kept, All        int
}

type pageMorning struct {
	Title, Happened, Assumed string
	Index                    int
	Headings                 []string
	Rows                     []pageRow
	Findings                 []scenarios.Finding
	Violations               []string
	Lead                     []pageLead
}

type pageRow struct {
	Name  string
	Cells []string
}

// pageLead is a figure in large type.
type pageLead struct{ Name, Without, With string }

// series are the samples of one morning's runs; times are seconds on the wall clock of the place.
type series struct {
	Zone    int                `json:"zone"` // seconds east of UTC
	Knee    int64              `json:"knee"`
	Places  int64              `json:"places"`
	With    []scenarios.Sample `json:"with"`
	Without []scenarios.Sample `json:"without"`
}

// HTML writes one file that holds everything it needs.
func HTML(w io.Writer, mornings []Morning) error {
	read := func(name string) string {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded under this very name
		}
		return string(b)
	}
	p := page{
		Style: template.CSS(read("page.css")), PlotStyle: template.CSS(read("uplot/uPlot.min.css")),
		Plot: template.JS(read("uplot/uPlot.iife.min.js")), Charts: template.JS(read("charts.js")),
		Licence: read("uplot/LICENSE"),
	}
	for i := range mornings {
		p.add(&mornings[i])
	}
	t, err := template.New("page").Parse(read("page.html"))
	if err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("report page: %w", err)
	}
	return nil
}

func (p *page) add(m *Morning) {
	names, cells := table(m.Results)
	one := pageMorning{
		Title: title(m), Happened: m.Scenario.Happened, Assumed: m.Scenario.Assumed, Index: len(p.Mornings),
		Findings: findings(m),
	}
	for i := range m.Results {
		one.Headings = append(one.Headings, heading(&m.Results[i]))
		one.Violations = append(one.Violations, m.Results[i].Violations...)
	}
	for i, name := range names {
		one.Rows = append(one.Rows, pageRow{name, cells[i]})
	}
	for _, f := range one.Findings {
		p.All++
		if f.Kept {
			p.Kept++
		}
	}
	without, with := runs(m)
	lead := func(name string, text func(*scenarios.Result) string) {
		l := pageLead{Name: name}
		if without != nil {
			l.Without = text(without)
		}
		if with != nil {
			l.With = text(with)
		}
		one.Lead = append(one.Lead, l)
	}
	lead("places booked", func(r *scenarios.Result) string { return count(r.Site.Booked) + " of " + count(r.Site.Places) })
	lead("site past its knee", func(r *scenarios.Result) string { return span(r.Site.Over) })
	lead("crashes", func(r *scenarios.Result) string { return count(r.Site.Crashes) })
	lead("half of those who got a place had it within", func(r *scenarios.Result) string { return span(r.UntilBooked.P50) })
	p.Mornings = append(p.Mornings, one)
	_, east := m.Scenario.Starts.Zone()
	s := series{Zone: east}
	if with != nil {
		s.With, s.Knee, s.Places = with.Samples, with.Site.Knee, with.Site.Places
	}
	if without != nil {
		s.Without, s.Knee, s.Places = without.Samples, without.Site.Knee, without.Site.Places
	}
	p.Series = append(p.Series, s)
}

// WriteHTML writes the report to a file.
func WriteHTML(path string, mornings []Morning) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return HTML(f, mornings)
}

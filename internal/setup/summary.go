package setup

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/survey"
)

// maxFindings is how many of them a summary has, so that it fits a screen; the file has all.
const maxFindings = 7

// Summary says what was found and assumed, and the next commands in their order. It has at most 40 lines.
func (d *Draft) Summary() string {
	var b strings.Builder
	d.found(&b)
	fmt.Fprintf(&b, "\nAssumed (read these lines of the file once):\n")
	fmt.Fprintf(&b, "  - %d people a minute, %d at the same time; the whole site waits, but for exclude and links\n", assumedRate, assumedInside)
	if len(d.Hours.Openings) > 0 {
		fmt.Fprintf(&b, "  - clocks of %s; people may come half an hour before; no quota; closed between openings\n", d.Hours.Zone)
	}
	fmt.Fprintf(&b, "  - the room is called %s, which is never changed later\n", d.Room())
	fmt.Fprintf(&b, "\nNext, in this order:\n")
	for i, step := range d.next() {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
	}
	return b.String()
}

func (d *Draft) found(b *strings.Builder) {
	if d.Seen == nil {
		fmt.Fprintf(b, "Nothing was looked at: %s.\nexclude, links and frames are empty in the file.\n", survey.Shown(d.Blind))
		return
	}
	fmt.Fprintf(b, "Found, with %d requests:\n", d.Seen.Requests)
	if n := len(d.Seen.Open); n > 0 {
		fmt.Fprintf(b, "  - The page is made of %d files of the site. %d of the %d that were tried need no place in the line (%d rules).\n", d.Seen.Parts, d.Seen.Passed, d.Seen.Tried, n)
	} else {
		fmt.Fprintf(b, "  - The page is made of %d files of the site, of which none is open to everybody.\n", d.Seen.Parts)
	}
	if d.Loops() {
		fmt.Fprintf(b, "  - CAREFUL: the site is reached by the name that visitors type. Give it an address of its own before that name leads to the gateway.\n")
	}
	for i, f := range d.Seen.Findings {
		if i == maxFindings {
			fmt.Fprintf(b, "  - and %d more, in the file\n", len(d.Seen.Findings)-i)
			break
		}
		b.WriteString(wrapped("  - "+f.Text, f.Do))
	}
	l := d.Seen.Links
	if missing := missing(l); missing != "" {
		fmt.Fprintf(b, "  - No link to %s was seen: fill in links.\n", missing)
	}
}

func missing(l survey.Links) string {
	var all []string
	for _, link := range [][2]string{{"an imprint", l.Imprint}, {"a privacy page", l.Privacy}, {"an accessibility statement", l.Accessibility}} {
		if link[1] == "" {
			all = append(all, link[0])
		}
	}
	return strings.Join(all, ", ")
}

// wrapped breaks lines, so that a terminal does not break them within a word.
func wrapped(text, more string) string {
	const width = 100
	var b strings.Builder
	line := text[:len(text)-len(strings.TrimLeft(text, " "))]
	empty := true
	for word := range strings.FieldsSeq(text + " " + more) {
		if !empty && len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line, empty = "    ", true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line + "\n"
}

// next are the commands that are left to do.
func (d *Draft) next() (steps []string) {
	file := shellWord(d.File)
	check := "Read the file, fill in links, then: gateway config check " + file
	switch {
	case d.Proxy.Here():
		steps = append(steps, check, fmt.Sprintf("Set up %s: %s/%s says at its top where it goes and what to change", d.Proxy.Kind, d.Fronts, fronts()[d.Proxy.Kind]))
	case d.Proxy.Kind == balancer:
		steps = append(steps, check, "Let the balancer hand on to port 8080 of this machine, as "+d.Fronts+"/README.md says")
	default:
		steps = append(steps, fmt.Sprintf("Put the certificate to %s and its key to %s", d.CertFile, d.KeyFile), check)
	}
	if d.File == Installed {
		steps = append(steps, "systemctl enable --now einlass")
	} else {
		steps = append(steps, "gateway serve -c "+file)
	}
	return append(
		steps,
		fmt.Sprintf("gateway users add %s %s --role admin", shellWord(filepath.Join(d.StateDir, staff.FileName)), d.Admin),
		fmt.Sprintf("gateway config check %s --probe %s/", file, d.public()),
		"Book once to the end, and tell the room by which answer: finish and bookings, in the reference",
	)
}

// Installed is the file that the service of the packages reads.
const Installed = "/etc/einlass/einlass.yaml"

// shellWord is a text as one word of a command.
func shellWord(text string) string {
	if text != "" && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/+:@") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(survey.Shown(text), "'", `'\''`) + "'"
}

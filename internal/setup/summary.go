package setup

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/survey"
)

// findingLines is how many lines of a summary are about findings, so that it fits a screen; the file has all of them.
const findingLines = 13

// Summary says what was found and assumed, and the next commands in their order. It has at most 40 lines.
func (d *Draft) Summary() string {
	var b strings.Builder
	d.found(&b)
	fmt.Fprintf(&b, "\nAssumed (read these lines of the file once):\n")
	item(&b, "%d people a minute, %d at the same time; the whole site waits, but for exclude and links", assumedRate, assumedInside)
	if len(d.Hours.Openings) > 0 {
		item(&b, "clocks of %s; people may come half an hour before; no quota; closed between openings", d.Hours.Zone)
	}
	item(&b, "the room is called %s, which is never changed later", d.Room())
	fmt.Fprintf(&b, "\nNext, in this order:\n")
	for i, step := range d.next() {
		b.WriteString(step.line(i + 1))
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
		item(b, "The page is made of %d files of the site. %d of the %d that were tried need no place in the line (%d rules).", d.Seen.Parts, d.Seen.Passed, d.Seen.Tried, n)
	} else {
		item(b, "The page is made of %d files of the site, of which none is open to everybody.", d.Seen.Parts)
	}
	if d.Loops() {
		item(b, "CAREFUL: the site is reached by the name that visitors type. Give it an address of its own before that name leads to the gateway.")
	}
	// First what is to be done.
	findings := slices.SortedStableFunc(slices.Values(d.Seen.Findings), func(a, b survey.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	left := findingLines
	for i, f := range findings {
		var one strings.Builder
		item(&one, "%s %s", f.Text, f.Do)
		if left -= strings.Count(one.String(), "\n"); left < 0 {
			item(b, "and %d more, in the file", len(findings)-i)
			break
		}
		b.WriteString(one.String())
	}
	l := d.Seen.Links
	if missing := missing(l); missing != "" {
		item(b, "No link to %s was seen: fill in links.", missing)
	}
}

// item writes one point of a list.
func item(b *strings.Builder, format string, args ...any) {
	b.WriteString(wrapped("  - ", "    ", fmt.Sprintf(format, args...)))
}

// rank is lower for findings that somebody has to act on.
func rank(f survey.Finding) int {
	if f.Do == "" || strings.HasPrefix(f.Do, "Nothing") {
		return 1
	}
	return 0
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

// step is something that is left to do: in words, and by a command, which is never broken. One of both may be empty.
type step struct{ text, command string }

func (s step) line(i int) string {
	first := fmt.Sprintf("  %d. ", i)
	switch {
	case s.command == "":
		return wrapped(first, "     ", s.text)
	case s.text == "":
		return first + s.command + "\n"
	case len(first)+len(s.text)+2+len(s.command) <= screenWidth:
		return first + s.text + ": " + s.command + "\n"
	}
	return wrapped(first, "     ", s.text+":") + "     " + s.command + "\n"
}

// next are the steps in their order.
func (d *Draft) next() (steps []step) {
	file := shellWord(d.File)
	check := step{"Read the file, fill in links, and check it", "gateway config check " + file}
	switch {
	case d.Proxy.Here():
		steps = append(steps, check, step{text: fmt.Sprintf("Set up %s: %s/%s says at its top where it goes and what to change", d.Proxy.Kind, d.Fronts, fronts()[d.Proxy.Kind])})
	case d.Proxy.Kind == balancer:
		steps = append(steps, check, step{text: "Let the balancer hand on to port 8080 of this machine, as " + d.Fronts + "/README.md says"})
	default:
		steps = append(steps, step{text: fmt.Sprintf("Put the certificate to %s and its key to %s", d.CertFile, d.KeyFile)}, check)
	}
	if d.File == Installed {
		steps = append(steps, step{command: "systemctl enable --now einlass"})
	} else {
		steps = append(steps, step{command: "gateway serve -c " + file})
	}
	return append(
		steps,
		step{command: fmt.Sprintf("gateway users add %s %s --role admin", shellWord(filepath.Join(d.StateDir, staff.FileName)), d.Admin)},
		step{"Ask through the proxy, as visitors come", fmt.Sprintf("gateway config check %s --probe %s/", file, d.public())},
		step{text: "Book once to the end; tell the room by which answer: finish, bookings"},
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

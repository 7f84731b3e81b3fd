package setup

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/survey"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Draft is what a configuration is made of.
type Draft struct {
	Answers
	// Seen is what the look found; nil: nothing was looked at, for the reason in Blind.
	Seen  *survey.Report
	Blind string
	// File is where the configuration will be, StateDir an absolute directory for the line, and Fronts one with files for proxies.
	File, StateDir, Fronts string
	// CertFile and KeyFile are for a gateway with no proxy in front, SiteCA for a site whose certificate is of an authority of its own.
	CertFile, KeyFile, SiteCA string
	Now                       time.Time
}

// The pace that a room begins with where nobody knows better: a small town's.
const (
	assumedRate   = 30
	assumedInside = 60
)

// writer makes a commented file.
type writer struct{ strings.Builder }

// note writes a comment of whole lines above what it is about.
func (w *writer) note(indent int, format string, args ...any) {
	at := strings.Repeat(" ", indent) + "# "
	w.WriteString(broken(fileWidth, at, at, fmt.Sprintf(format, args...)))
}

func (w *writer) set(indent int, format string, args ...any) {
	w.WriteString(strings.Repeat(" ", indent))
	fmt.Fprintf(w, format, args...)
	w.WriteString("\n")
}

// quote writes a value so that YAML reads it as this text, whatever is in it. Texts are valid UTF-8.
func quote(text string) string { return strconv.Quote(text) }

func quotes(all []string) string {
	quoted := make([]string, len(all))
	for i, text := range all {
		quoted[i] = quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// public is the origin that visitors come to.
func (d *Draft) public() string {
	name := d.Names[0]
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	return "https://" + name
}

// Render is the file.
func (d *Draft) Render() []byte {
	w := &writer{}
	w.note(0, "The configuration of Einlass for %s, by gateway init on %s. Each line says where it is from: answered (by you), found (at the site) or "+
		"assumed (nobody said so: read these once).", survey.Shown(d.Names[0]), d.Now.Format(time.DateOnly))
	w.note(0, "All other keys, with their defaults: gateway config reference. After each edit: gateway config check %s", survey.Shown(d.File))
	if d.Seen == nil {
		w.note(0, "NOTHING WAS LOOKED AT: %s. So nothing here is found, and exclude, links and frames are yours to fill in.", survey.Shown(d.Blind))
	} else {
		w.note(0, "The look at the site took %d requests. Its page: %s", d.Seen.Requests, survey.Shown(d.Seen.Path))
	}
	d.front(w)
	w.WriteString("\n")
	w.note(0, "assumed: where the line, the keys, the logins and the record are kept.")
	w.set(0, "state:\n  dir: %s", quote(d.StateDir))
	w.WriteString("\n")
	w.note(0, "The operators' pages and API. assumed: for this machine alone; from elsewhere by ssh -N -L 8081:127.0.0.1:8081 HOST, or with admin.tls.")
	w.note(0, "answered: the first login is %s. No secret stands here: gateway users add asks for its password.", d.Admin)
	w.set(0, "admin:\n  listen: 127.0.0.1:8081")
	w.WriteString("\nrooms:\n")
	d.room(w)
	return []byte(w.String())
}

// front writes where visitors come from.
func (d *Draft) front(w *writer) {
	w.WriteString("\n")
	switch {
	case d.Proxy.Here():
		w.note(0, "answered: %s on this machine has the TLS and hands on to this address. Its file, ready to copy: %s/%s", d.Proxy.Kind, survey.Shown(d.Fronts), fronts()[d.Proxy.Kind])
		w.set(0, "listen:\n  http: \"127.0.0.1:8080\"")
		w.note(0, "Where somebody comes from, and that it was by https, is believed of this address alone, in X-Forwarded-For and X-Forwarded-Proto.")
		w.set(0, "trusted_proxies: [127.0.0.1]")
	case d.Proxy.Kind == balancer:
		w.note(0, "assumed: the balancer has the TLS and hands on to this port. Let the firewall take in nobody else.")
		w.set(0, "listen:\n  http: \":8080\"")
		w.note(0, "answered: the balancer. Where somebody comes from, and that it was by https, is believed of it alone. It has to set the two fields itself, "+
			"whatever a visitor sends; what else it must do: %s/README.md", survey.Shown(d.Fronts))
		var all []string
		for _, network := range d.Proxy.Trusted {
			if network.IsSingleIP() {
				all = append(all, network.Addr().String())
			} else {
				all = append(all, network.String())
			}
		}
		w.set(0, "trusted_proxies: %s", quotes(all))
		w.set(0, "trusted_fields: [X-Forwarded-For, X-Forwarded-Proto]")
	default:
		w.note(0, "answered: no proxy in front. The gateway takes both ports, and redirects http to https.")
		w.set(0, "listen:\n  http: \":80\"\n  https: \":443\"")
		w.note(0, "The certificate, PEM, the server's first; read again when it changes. assumed: files of your own. For one by ACME see tls.acme.")
		w.set(0, "tls:\n  cert_file: %s\n  key_file: %s", quote(d.CertFile), quote(d.KeyFile))
	}
}

// room writes the room.
func (d *Draft) room(w *writer) {
	w.note(2, "assumed: the id, from the name. It is part of cookies and keys: do not change it once people have come.")
	w.set(2, "- id: %s", d.Room())
	if d.Seen != nil && d.Seen.Title != "" {
		w.note(4, "found: the title of the site's page. Visitors read it.")
		w.set(4, "title: %s", quote(d.Seen.Title))
	}
	w.note(4, "answered: the names that visitors type.")
	w.set(4, "hosts: %s", quotes(d.Names))
	if len(d.Names) > 1 {
		w.note(4, "assumed: numbers are given at the first of them, so that whoever goes from one name to another does not wait again.")
		w.set(4, "canonical: %s", quote(d.public()))
	}
	d.languages(w)
	d.links(w)
	d.exclude(w)
	d.frames(w)
	for _, key := range []string{"cookies", "worker", "calls", "frames", "policy"} {
		d.findings(w, key, 4)
	}
	d.backend(w)
	w.note(4, "assumed: a small town's pace. Measure yours with loadtest rehearse, or ask who runs the site. It can be changed while people wait.")
	w.set(4, "pace:")
	w.set(4, "  rate: %-4d         # people let in a minute", assumedRate)
	w.set(4, "  max_inside: %-4d   # people inside at the same time", assumedInside)
	d.schedule(w)
}

// findings writes what was found about a key.
func (d *Draft) findings(w *writer, key string, indent int) {
	if d.Seen == nil {
		return
	}
	for _, f := range d.Seen.Findings {
		if f.Key == key {
			w.note(indent, "found: %s %s", f.Text, f.Do)
		}
	}
}

func (d *Draft) languages(w *writer) {
	if d.Seen != nil && d.Seen.Language == "en" {
		w.note(4, "found: the page is in English, so the waiting room is too, for who asks for no language.")
		w.set(4, "languages: [en, de, de-simple]")
		return
	}
	from := "assumed"
	if d.Seen != nil && d.Seen.Language == "de" {
		from = "found"
	}
	w.note(4, "%s: German first, in easy language as well.", from)
	w.set(4, "languages: [de, de-simple, en]")
}

func (d *Draft) links(w *writer) {
	var found survey.Links
	if d.Seen != nil {
		found = d.Seen.Links
	}
	w.note(4, "At the foot of every waiting page; a path is a page of the site, which is then open to everybody. The law wants all four: fill in what is missing.")
	w.set(4, "links:")
	for _, link := range [][2]string{{"imprint", found.Imprint}, {"privacy", found.Privacy}, {"accessibility", found.Accessibility}, {"barrier", ""}} {
		from := "found"
		if link[1] == "" {
			from = "assumed: none was seen"
			if link[0] == "barrier" {
				from = "where to report a barrier: /kontakt or mailto:barrieren@example.org"
			}
		}
		w.set(4, "  %-40s # %s", link[0]+": "+quote(link[1]), from)
	}
}

func (d *Draft) exclude(w *writer) {
	w.note(4, "What needs no place in the line: files that pages are made of. A kind (*.css) is open only where nobody loads a page and the site says that its "+
		"answer is such a file. Pages are never among them.")
	if d.Seen != nil {
		w.note(4, "found: the page is made of %d files of the site; %d were tried, and these rules let %d through.", d.Seen.Parts, d.Seen.Tried, d.Seen.Passed)
	}
	d.findings(w, "exclude", 4)
	if d.Seen == nil || len(d.Seen.Open) == 0 {
		w.set(4, "exclude: []")
		return
	}
	w.set(4, "exclude:")
	for _, o := range d.Seen.Open {
		why := "found: " + o.Example
		if o.Files > 1 {
			why = fmt.Sprintf("found: %d files, as %s", o.Files, o.Example)
		}
		w.set(4, "  - %-38s # %s", quote(o.Rule), why)
	}
}

func (d *Draft) frames(w *writer) {
	d.findings(w, "frame_ancestors", 4)
	if d.Seen != nil && len(d.Seen.Ancestors) > 0 {
		w.set(4, "frame_ancestors: %s", quotes(d.Seen.Ancestors))
	}
}

// backend writes where the site is.
func (d *Draft) backend(w *writer) {
	w.note(4, "answered: where the site is. Its firewall should take in this gateway alone.")
	if d.Loops() {
		w.note(4, "CAREFUL: this is the name that visitors type. Once it leads to the gateway, the gateway would ask itself: write the site's own address here.")
	}
	d.findings(w, "backend.url", 4)
	w.set(4, "backend:\n      url: %s", quote(d.Site.Scheme+"://"+d.Site.Host))
	if d.Seen != nil && d.Seen.HostHeader != "" {
		d.findings(w, "backend.host_header", 6)
		w.set(6, "host_header: %s", quote(d.Seen.HostHeader))
	}
	if d.SiteCA != "" {
		w.note(6, "answered: the authority of the site's certificate, which is always verified.")
		w.set(6, "tls:\n        ca_file: %s", quote(d.SiteCA))
	}
	if d.Seen != nil && d.Seen.Streams {
		d.findings(w, "backend.timeouts.idle_read", 6)
		w.set(6, "timeouts:\n        idle_read: 2m")
	}
	if d.Seen != nil && d.Seen.Sockets {
		d.findings(w, "backend.upgrade", 6)
		w.set(6, "upgrade:\n        max: 4096")
	}
}

func (d *Draft) schedule(w *writer) {
	if len(d.Hours.Openings) == 0 {
		w.note(4, "answered: the room is always open. For openings by the clock: schedule, in the reference.")
		return
	}
	w.note(4, "answered: when people are let in. assumed: they may come half an hour before (lobby), and between openings the room is closed. How many may be "+
		"booked is not known here: quota.")
	w.set(4, "schedule:")
	zone := "assumed"
	if d.Hours.Zoned {
		zone = "answered"
	}
	w.set(6, "zone: %s   # %s", quote(d.Hours.Zone), zone)
	w.set(6, "between: %s\n      openings:", plan.Closed)
	for _, o := range d.Hours.Openings {
		if len(o.Days) > 0 {
			w.set(8, "- days: [%s]", strings.Join(o.Days, ", "))
		}
		if len(o.Dates) > 0 {
			begin := "- "
			if len(o.Days) > 0 {
				begin = "  "
			}
			w.set(8, "%sdates: [%s]", begin, strings.Join(o.Dates, ", "))
		}
		w.set(8, "  lobby: %s\n          start: %s", quote(o.Lobby), quote(o.Start))
		if o.End != "" {
			w.set(8, "  end: %s", quote(o.End))
		}
	}
}

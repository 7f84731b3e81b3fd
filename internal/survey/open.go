package survey

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/einlass/einlass/internal/route"
)

// Open is a rule for exclude, a value for a configuration.
type Open struct {
	// Rule is a kind of files or a path.
	Rule string
	// Files is how many parts of the page it lets through, Example one of them for people.
	Files   int
	Example string
}

// maxOpen is how many rules for single files there are.
const maxOpen = 8

// programs are ends of names that servers run, or of pages.
var programs = []string{
	".asp", ".aspx", ".jsp", ".jspx", ".do", ".action", ".cgi", ".pl", ".py", ".rb", ".cfm", ".dll", ".exe", ".html", ".htm", ".xhtml", ".shtml",
}

// runs reports whether a server may run what a path names, or a part of it.
func runs(at string) bool {
	for name := range strings.SplitSeq(strings.ToLower(at), "/") {
		if end := path.Ext(name); strings.HasPrefix(end, ".php") || slices.Contains(programs, end) {
			return true
		}
	}
	return false
}

// plainMedia are types of files besides those of route that no page has.
var plainMedia = []string{"application/manifest+json", "application/json", "text/plain", "application/wasm", "text/vtt"}

// rules are what may be open of the parts that were asked for, and which of these are not.
func (g *gathering) rules() (open []Open, refused []*part) {
	var rest []*part
	byKind := map[string][]*part{}
	for _, p := range g.parts {
		if !p.asked {
			continue
		}
		kind := "*" + strings.ToLower(path.Ext(p.path))
		files, err := route.ParseFiles(kind)
		switch {
		case err == nil && files.Has([]byte(p.path)) && (p.why != "" || files.IsOne([]byte(p.path), p.status, []byte(p.media))):
			byKind[kind] = append(byKind[kind], p)
		case p.why == "":
			rest = append(rest, p)
		default:
			refused = append(refused, p)
		}
	}
	for kind, parts := range byKind {
		good := slices.DeleteFunc(slices.Clone(parts), func(p *part) bool { return p.why != "" })
		personal := slices.ContainsFunc(parts, func(p *part) bool { return p.why != "" && p.status == 200 && p.media != "text/html" })
		for _, p := range parts {
			if p.why != "" {
				refused = append(refused, p)
			}
		}
		switch {
		case personal:
			rest = append(rest, good...)
		case len(good) > 0:
			open = append(open, Open{kind, len(good), Shown(good[0].path)})
		}
	}
	slices.SortFunc(open, func(a, b Open) int { return strings.Compare(a.Rule, b.Rule) })
	single, more := g.single(rest)
	return append(open, single...), append(refused, more...)
}

// single are rules for files that no kind is for. A directory is never one: nobody knows which pages are below it.
func (g *gathering) single(parts []*part) (open []Open, refused []*part) {
	slices.SortFunc(parts, func(a, b *part) int { return strings.Compare(a.path, b.path) })
	keys := map[string]bool{}
	for _, p := range parts {
		if rule, err := ruleOf(p.path); err == nil && keys[rule.Key()] {
			continue // to the router it is one that is open already
		} else if err == nil {
			keys[rule.Key()] = true
		}
		if p.why = g.notAlone(p); p.why == "" && len(open) == maxOpen {
			p.why = "would be one more than " + strconv.Itoa(maxOpen) + " single files; name their directory if nothing else is below it"
		}
		if p.why != "" {
			refused = append(refused, p)
			continue
		}
		open = append(open, Open{p.path, 1, Shown(p.path)})
	}
	return open, refused
}

// ownPrefix is where the gateway answers itself.
const ownPrefix = "/.einlass"

// ruleOf reads a path as a rule that a configuration takes.
func ruleOf(at string) (route.Rule, error) {
	rule, err := route.ParseRule(at)
	if mine, _ := route.ParseRule(ownPrefix); err == nil && mine.Covers(rule) {
		err = errors.New("lies where the gateway answers itself")
	}
	return rule, err
}

// notAlone says why the path of a file cannot be a rule, which opens all below it and any query. Empty: it can be.
func (g *gathering) notAlone(p *part) string {
	name := strings.ToLower(path.Base(p.path))
	rule, err := ruleOf(p.path)
	switch {
	case err != nil:
		return err.Error()
	case !strings.Contains(name, "."), runs(p.path):
		return "may be made by a program, which makes pages too"
	case !isFile(p):
		return "is answered with " + Shown(p.media) + ", which may be anything"
	}
	for _, page := range g.pages {
		if other, err := route.ParseRule(page); err == nil && rule.Covers(other) {
			return "is above the page " + Shown(page)
		}
	}
	return ""
}

// isFile reports whether a type is one of files that pages are made of.
func isFile(p *part) bool {
	begin, _, _ := strings.Cut(p.media, "/")
	switch {
	case begin == "image", begin == "font", begin == "audio", begin == "video", p.media == "text/css", strings.HasSuffix(p.media, "javascript"):
		return true
	}
	return slices.Contains(plainMedia, p.media)
}

// covers reports whether one of the rules lets a path through.
func covers(open []Open, at string) bool {
	return slices.ContainsFunc(open, func(o Open) bool {
		if files, err := route.ParseFiles(o.Rule); err == nil {
			return files.Has([]byte(at))
		}
		return o.Rule == at
	})
}

// report says what may be open and what not.
func (g *gathering) report(r *Report) {
	var refused []*part
	r.Open, refused = g.rules()
	for _, p := range g.parts {
		if p.asked && p.why == "" && covers(r.Open, p.path) {
			r.Passed++
		}
	}
	slices.SortFunc(refused, func(a, b *part) int { return strings.Compare(a.path, b.path) })
	for i, p := range refused {
		if i == 5 {
			r.add("exclude", "And "+strconv.Itoa(len(refused)-i)+" more.", "")
			break
		}
		r.add("exclude", Shown(p.path)+" waits like a page: it "+p.why+".", "")
	}
	if n := r.Parts - r.Tried; n > 0 {
		r.add("exclude", strconv.Itoa(n)+" of "+strconv.Itoa(r.Parts)+" files were not asked for, so as not to load the site.", "")
	}
	if len(g.elsewhere) > 0 {
		r.add("exclude", "The page loads from other hosts, which the gateway does not see: "+some(g.elsewhere)+".", "")
	}
}

// some are texts of a stranger in a row.
func some(all []string) string {
	shown := make([]string, 0, len(all))
	for i, text := range all {
		if i == 4 {
			shown = append(shown, strconv.Itoa(len(all)-i)+" more")
			break
		}
		shown = append(shown, Shown(text))
	}
	return strings.Join(shown, ", ")
}

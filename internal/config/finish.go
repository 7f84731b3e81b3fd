package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/route"
)

// Finish is a rule by which a site's answer ends the stay of whoever asked. What is empty is true of every answer; a path, a
// redirect or a header must be given.
type Finish struct {
	// Path is a prefix as in Paths.
	Path string `yaml:"path"`
	// Method are some of booking.Methods with commas; empty: any of them.
	Method string `yaml:"method"`
	// Status is in the form of backend.health.status; empty: 200-399.
	Status string `yaml:"status"`
	// Redirect is a prefix of the path that Location leads to, at a host of the room.
	Redirect string `yaml:"redirect"`
	// Header is a field of the answer with its value, "X-Booking: done".
	Header string `yaml:"header"`
}

// Rule is the rule as the recogniser takes it. A status that Load would refuse is met by no answer.
func (f *Finish) Rule() booking.Rule {
	r := booking.Rule{Path: f.Path, Redirect: f.Redirect}
	if f.Method != "" {
		r.Methods = strings.Split(f.Method, ",")
	}
	if f.Status != "" {
		status, err := ParseStatusRanges(f.Status)
		if err != nil {
			status = StatusRanges{{0, 0}}
		}
		r.Status = status
	}
	field, value, _ := strings.Cut(f.Header, ":")
	r.Field, r.Value = field, strings.TrimSpace(value)
	return r
}

// FinishRules are the rules of Finish.
func (r *Room) FinishRules() []booking.Rule {
	all := make([]booking.Rule, len(r.Finish))
	for i := range r.Finish {
		all[i] = r.Finish[i].Rule()
	}
	return all
}

// finish checks the rules of a room. own is the prefix of the gateway's own URLs, which no answer of a site has.
func (ch *checker) finish(at string, rules []Finish, own string) {
	for i := range rules {
		ch.rule(fmt.Sprintf("%s[%d]", at, i), &rules[i], rules[i].Rule(), own)
	}
}

// rule checks what must be true of an answer, f, and the rule that was made of it.
func (ch *checker) rule(here string, f *Finish, rule booking.Rule, own string) {
	if _, err := ParseStatusRanges(f.Status); f.Status != "" && err != nil {
		ch.bad(here+".status", "%v", err)
		rule.Status = nil
	}
	if f.Header != "" && (rule.Field == "" || rule.Value == "") {
		ch.bad(here+".header", "%q is not accepted; want a field and its value, for example X-Booking: done", f.Header)
		rule.Field, rule.Value = "Given", ""
	}
	for _, p := range rule.Problems() {
		ch.bad(strings.TrimSuffix(here+"."+p.Key, "."), "%s", p.Text)
	}
	gateway, err := route.ParseRule(own)
	if err != nil || !prefixForm.MatchString(own) {
		return
	}
	for _, prefix := range []struct{ key, path string }{{"path", f.Path}, {"redirect", f.Redirect}} {
		if inner, err := route.ParseRule(prefix.path); err == nil && gateway.Covers(inner) {
			ch.bad(here+"."+prefix.key, "%q lies at or below prefix %q, where the gateway answers itself", prefix.path, own)
		}
	}
}

// unguarded says that no visitor inside asks for the path of a rule, for the room's own rules leave it open: vain is
// what its answers do not do then.
// Empty: some do, or the rule names no path.
func (r *Room) unguarded(path, vain string) string {
	if path == "" {
		return ""
	}
	asked, err := route.ParseRule(path)
	if err != nil {
		return "" // an error says so
	}
	exclude, _ := route.SplitFiles(r.Exclude)
	rules := route.Room{Paths: r.Paths, Exclude: exclude}.Filled()
	longest, guarded, by := -1, false, ""
	for i, text := range slices.Concat(rules.Paths, rules.Exclude) {
		rule, err := route.ParseRule(text)
		if err != nil {
			return ""
		}
		inPaths := i < len(rules.Paths)
		if inPaths && asked.Covers(rule) {
			return "" // some of what the rule names needs a pass
		}
		if rule.Covers(asked) && len(rule.Key()) > longest {
			longest, guarded, by = len(rule.Key()), inPaths, text
		}
	}
	switch {
	case guarded:
		return ""
	case longest >= 0:
		return fmt.Sprintf("%s is open by exclude %s: %s", path, by, vain)
	}
	return fmt.Sprintf("%s lies below none of the room's paths: %s", path, vain)
}

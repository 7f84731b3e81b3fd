package booking

import (
	"strings"
	"testing"
)

type head struct {
	status int
	fields map[string]string
}

func (h head) Status() int { return h.status }

func (h head) Field(lower string) []byte {
	if v, ok := h.fields[lower]; ok {
		return []byte(v)
	}
	return nil
}

func (h head) Has(lower, value string) bool { v, ok := h.fields[lower]; return ok && v == value }

func own(name string) bool { return name == "www.example.org" }

func TestWhatARuleIsMetBy(t *testing.T) {
	page := Rule{Path: "/booking/done", Methods: []string{"GET"}, Status: [][2]int{{200, 200}}}
	form := Rule{Path: "/booking", Methods: []string{"POST"}, Status: [][2]int{{303, 303}}, Redirect: "/thanks"}
	field := Rule{Field: "X-Booking", Value: "done"}
	at := func(where string) head { return head{303, map[string]string{"location": where}} }
	for _, test := range []struct {
		name         string
		rule         Rule
		method, path string
		head         head
		want         bool
	}{
		{"the page", page, "GET", "/booking/done", head{status: 200}, true},
		{"below it", page, "GET", "/booking/done/", head{status: 200}, true},
		{"a looser spelling", page, "GET", "/Booking//d%6Fne;a=1", head{status: 200}, true},
		{"a kept page", page, "GET", "/booking/done", head{status: 304}, true},
		{"another page", page, "GET", "/booking/done2", head{status: 200}, false},
		{"a page before", page, "GET", "/booking", head{status: 200}, false},
		{"another method", page, "POST", "/booking/done", head{status: 200}, false},
		{"nobody sees a page", page, "HEAD", "/booking/done", head{status: 200}, false},
		{"an error", page, "GET", "/booking/done", head{status: 500}, false},
		{"a redirect instead", page, "GET", "/booking/done", head{status: 302}, false},
		{"the form", form, "POST", "/booking", at("/thanks"), true},
		{"with a query", form, "POST", "/booking", at("/thanks?id=7#top"), true},
		{"relative", form, "POST", "/booking/", at("../thanks"), true},
		{"relative to elsewhere", form, "POST", "/booking/", at("thanks"), false},
		{"absolute", form, "POST", "/booking", at("https://www.example.org:8443/thanks"), true},
		{"no scheme", form, "POST", "/booking", at("//www.example.org/thanks"), true},
		{"another site", form, "POST", "/booking", at("https://pay.example.com/thanks"), false},
		{"another scheme", form, "POST", "/booking", at("app:/thanks"), false},
		{"back to the form", form, "POST", "/booking", at("/booking?error=1"), false},
		{"no Location", form, "POST", "/booking", head{status: 303}, false},
		{"another redirect", form, "POST", "/booking", head{302, map[string]string{"location": "/thanks"}}, false},
		{"a field", field, "POST", "/anywhere", head{201, map[string]string{"x-booking": "done"}}, true},
		{"another value", field, "POST", "/anywhere", head{201, map[string]string{"x-booking": "open"}}, false},
		{"a field of an error", field, "POST", "/anywhere", head{404, map[string]string{"x-booking": "done"}}, false},
		{"any redirect there", Rule{Redirect: "/thanks"}, "POST", "/x", head{307, map[string]string{"location": "/thanks"}}, true},
		{"no redirect", Rule{Redirect: "/thanks"}, "GET", "/x", head{200, map[string]string{"location": "/thanks"}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules, err := New([]Rule{{Path: "/never"}, test.rule})
			if err != nil {
				t.Fatal(err)
			}
			if _, got := rules.Match(Request{Method: test.method, Path: []byte(test.path)}, test.head, own); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

func TestRulesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, test := range []struct {
		rule Rule
		want string
	}{
		{Rule{}, " would be met by any page"},
		{Rule{Path: "/", Methods: []string{"GET"}}, " would be met by any page"},
		{Rule{Path: "done"}, `path "done" does not begin with /`},
		{Rule{Redirect: "/a?b"}, `redirect "/a?b" has '?'`},
		{Rule{Path: "/a", Methods: []string{"HEAD"}}, `method "HEAD" is not accepted; want some of GET,POST`},
		{Rule{Path: "/a", Methods: []string{"GET", "GET"}}, "method GET is given twice"},
		{Rule{Path: "/a", Status: [][2]int{{304, 304}}}, "status 304 is the page of a 200"},
		{Rule{Redirect: "/a", Status: [][2]int{{200, 200}}}, "status 200 is no redirect"},
		{Rule{Redirect: "/a", Status: [][2]int{{200, 399}}}, "status 200-399 is no redirect"},
		{Rule{Field: "a b", Value: "1"}, `header "a b" is no name`},
		{Rule{Field: "a", Value: "ü"}, "header the value has"},
	} {
		problems := test.rule.Problems()
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Key+" "+problems[0].Text, test.want) {
			t.Errorf("%+v: %v, want %s", test.rule, problems, test.want)
		}
		if _, err := New([]Rule{test.rule}); err == nil {
			t.Errorf("%+v is taken", test.rule)
		}
	}
	all := Rule{Path: "a", Methods: []string{"FOO"}, Status: [][2]int{{304, 304}}, Redirect: "b", Field: "c d"}
	if n := len(all.Problems()); n != 5 {
		t.Errorf("%d problems are said at once, want 5: %v", n, all.Problems())
	}
}

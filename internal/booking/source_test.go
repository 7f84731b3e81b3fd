package booking

import (
	"strings"
	"testing"
)

func TestWhatABookingIsCalledAndHowManyItIsOf(t *testing.T) {
	at := func(where string) head { return head{303, map[string]string{"location": where}} }
	long := strings.Repeat("x", 300)
	for _, test := range []struct {
		ref, count string
		req        Request
		head       head
		want       Met
	}{
		{"", "", Request{}, at("/danke?nr=17"), Met{"", 1}},
		{"query nr", "", Request{}, at("/danke?a=1&nr=17#x"), Met{"17", 1}},
		{"query nr", "2", Request{}, at("https://www.example.org/danke?nr=A%20B"), Met{"A B", 2}},
		{"query nr", "", Request{Query: []byte("nr=9")}, at("/danke"), Met{"", 1}},
		{"query nr", "", Request{Query: []byte("nr=9")}, head{status: 200}, Met{"9", 1}},
		{"query nr", "", Request{}, at(":"), Met{"", 1}},
		{"redirect", "", Request{}, at("https://www.example.org/danke/17?x=1"), Met{"/danke/17?x=1", 1}},
		{"path", "", Request{Path: []byte("/bookings/17")}, head{status: 204}, Met{"/bookings/17", 1}},
		{"header Location", "header X-Seats", Request{}, head{201, map[string]string{"location": "/b/3", "x-seats": " 4 "}}, Met{"/b/3", 4}},
		{"header X-Id", "header X-Seats", Request{}, head{201, map[string]string{"x-seats": "many"}}, Met{"", 1}},
		{"header X-Id", "header X-Seats", Request{}, head{201, map[string]string{"x-id": long, "x-seats": "99999"}}, Met{long[:256], MaxCount}},
		{"", "header X-Seats", Request{}, head{201, map[string]string{"x-seats": "-3"}}, Met{"", 1}},
		{"", "header X-Seats", Request{}, head{201, map[string]string{"x-seats": "0"}}, Met{"", 0}},
		{"", "header X-Seats", Request{}, head{201, map[string]string{"x-seats": "1001"}}, Met{"", MaxCount}},
		{"", "header X-Seats", Request{}, head{201, map[string]string{"x-seats": "99999999999999999999"}}, Met{"", MaxCount}},
	} {
		ref, err := ParseSource(test.ref)
		if err != nil {
			t.Fatal(err)
		}
		count, err := ParseCount(test.count)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Met{ref.of(test.req, test.head), count.of(test.head)}); got != test.want {
			t.Errorf("%q, %q of %+v: %+v, want %+v", test.ref, test.count, test.head, got, test.want)
		}
	}
}

func TestSourcesAndCountsThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"header", "header ", "header a b", "query", "query ", "query a=b", "body", "Redirect", "path x", " path"} {
		if s, err := ParseSource(text); err == nil || !strings.Contains(err.Error(), `want "header NAME"`) {
			t.Errorf("%q is %+v, %v", text, s, err)
		}
	}
	for _, text := range []string{"0", "-1", "1001", "two", "header", "header ", "header a b", "1.5"} {
		if c, err := ParseCount(text); err == nil || !strings.Contains(err.Error(), "want a number, 1 to 1000") {
			t.Errorf("%q is %+v, %v", text, c, err)
		}
	}
	r := Rule{Path: "/a", Ref: Source{From: FromRedirect}}
	if p := r.Problems(); len(p) != 1 || p[0].Key != "ref" {
		t.Errorf("a name that is the redirect of no redirect: %v", p)
	}
}

package admission

import "testing"

func TestRequestsOfOneKind(t *testing.T) {
	m := NewMeter()
	for _, same := range [][]string{
		{"/booking/7", "/booking/12345"},
		{"/booking/2021-06-14/form", "/booking/2026-01-01/form"},
		{"/b/0191e4a2-7c1e-7d2a-9f00-3b1c5d7e9f11", "/b/6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		{"/t/deadbeef01", "/t/00ffab12cd"},
		{"/t/aGVsbG8gd29ybGQ5", "/t/Zm9vYmFyYmF6cXV4MQ"},
		{"/s/a-long-title-of-something-in-town", "/s/another-long-title-of-something"},
		{"/a/b/c/d/e/f/one", "/a/b/c/d/e/f/two/three"},
		{"/page.do;jsessionid=1A2B", "/page.do;jsessionid=FFFF", "/page.do"},
		{"/x/one.css", "/y/two.css"},
		{"/one.png", "/deep/down/two.webp"},
	} {
		for _, path := range same[1:] {
			if m.AskedFor("GET", []byte(path)).Kind(200) != m.AskedFor("GET", []byte(same[0])).Kind(200) {
				t.Errorf("%s and %s differ", path, same[0])
			}
		}
	}
}

func TestRequestsOfDifferentKinds(t *testing.T) {
	m := NewMeter()
	seen := map[Kind]string{}
	for _, path := range []string{
		"/", "", "/booking", "/booking/7", "/booking/7/form", "/booking/form", "/calendar", "/calendar.php", "/v2/calendar", "/v1/calendar",
		"/step1", "/step2", "/a/b", "/ab", "/a", "/x.css", "/x.js", "/x.png", "/x.woff2", "/x.mp4", "/x.pdf", "/css", "/deadbeef",
	} {
		k := m.AskedFor("GET", []byte(path)).Kind(200)
		if was, ok := seen[k]; ok && path != "" {
			t.Errorf("%q and %q are of one kind", path, was)
		}
		seen[k] = path
	}
	page := m.AskedFor("GET", []byte("/booking")).Kind(200)
	for name, k := range map[string]Kind{
		"POST": m.AskedFor("POST", []byte("/booking")).Kind(200), "304": m.AskedFor("GET", []byte("/booking")).Kind(304),
		"303": m.AskedFor("GET", []byte("/booking")).Kind(303), "404": m.AskedFor("GET", []byte("/booking")).Kind(404),
	} {
		if k == page {
			t.Errorf("%s is of the page's kind", name)
		}
	}
	for _, status := range []int{0, 201, 500, 504} {
		if m.AskedFor("GET", []byte("/booking")).Kind(status) != page {
			t.Errorf("%d is of another kind", status)
		}
	}
	if m.AskedFor("POST", []byte("/x.png")).Kind(200) == KindImage || m.AskedFor("GET", []byte("/anything")).Kind(404) != KindRefused {
		t.Error("named kinds")
	}
}

func TestAKindCostsNoMemory(t *testing.T) {
	m := NewMeter()
	path := []byte("/termine/2021-06-14/buchen/0191e4a2-7c1e-7d2a-9f00-3b1c5d7e9f11")
	if n := testing.AllocsPerRun(100, func() { m.AskedFor("GET", path) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whoever knows how paths are hashed must not be able to find one that is taken for another.
func TestKindsAreHashedByAKeyOfTheMeter(t *testing.T) {
	one, other := NewMeter(), NewMeter()
	if one.AskedFor("GET", []byte("/booking")) == other.AskedFor("GET", []byte("/booking")) {
		t.Error("two meters have one key")
	}
}

package route

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func routerOf(tb testing.TB, rooms []Room) *Router {
	tb.Helper()
	r, err := New(rooms)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// town is a router in which every kind of rule appears.
func town(t testing.TB) *Router {
	t.Helper()
	return routerOf(t, []Room{
		{Hosts: []string{"speyer.de"}, Paths: []string{"/termine"}, Exclude: []string{"/termine/hilfe"}, Legacy: true},
		{Hosts: []string{"speyer.de", "*.kfz.de"}, Paths: []string{"/kfz", "/bürger"}, Legacy: true},
		{Hosts: []string{"shop.de"}, Exclude: []string{"/css"}},
		{Hosts: []string{"*.speyer.de"}, Paths: []string{"/"}},
		{Hosts: []string{"*.a.speyer.de"}, Paths: []string{"/x"}},
		{Hosts: []string{"*"}, Paths: []string{"/rest"}},
	})
}

const ( // positions in town
	termine = iota
	kfz
	shop
	sub
	deep
	rest
)

func TestRequestsAreRoutedByHostAndPath(t *testing.T) {
	tests := []struct {
		name, host, path string
		room             int
		verdict          Verdict
	}{
		{"a rule covers its own path", "speyer.de", "/termine", termine, Line},
		{"and a final slash", "speyer.de", "/termine/", termine, Line},
		{"and everything below", "speyer.de", "/termine/neu", termine, Line},
		{"but not a longer segment", "speyer.de", "/terminex", termine, Open},
		{"a longer exclude wins", "speyer.de", "/termine/hilfe/a", termine, Open},
		{"another room of the host", "speyer.de", "/kfz", kfz, Line},
		{"a path without a rule goes to the first room", "speyer.de", "/", termine, Open},
		{"a rule of any host reaches exact hosts without one", "speyer.de", "/rest", rest, Line},
		{"no paths cover the whole site", "shop.de", "/", shop, Line},
		{"except what is excluded", "shop.de", "/css/a.css", shop, Open},
		{"a wildcard covers names below", "x.kfz.de", "/kfz", kfz, Line},
		{"at any depth", "x.y.kfz.de", "/kfz", kfz, Line},
		{"but not the name itself", "kfz.de", "/kfz", rest, Open},
		{"the longest wildcard is asked first", "b.a.speyer.de", "/x", deep, Line},
		{"then shorter ones", "b.a.speyer.de", "/y", sub, Line},
		{"unknown hosts belong to *", "elsewhere.org", "/rest", rest, Line},
		{"unknown hosts without a rule", "elsewhere.org", "/", rest, Open},
		{"case of the host is ignored", "SPEYER.de", "/termine", termine, Line},
		{"a final dot of the host is ignored", "speyer.de.", "/termine", termine, Line},
		{"OPTIONS * is the root", "shop.de", "*", shop, Line},
		{"an empty path is the root", "shop.de", "", shop, Line},
	}
	r := town(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			room, verdict := r.Match(tt.host, []byte(tt.path))
			if room != tt.room || verdict != tt.verdict {
				t.Errorf("Match(%q, %q) = %d, %d; want %d, %d", tt.host, tt.path, room, verdict, tt.room, tt.verdict)
			}
		})
	}
}

func TestAHostOfNoRoomIsNowhere(t *testing.T) {
	r := routerOf(t, []Room{{Hosts: []string{"a.de", "::1"}}})
	for _, host := range []string{"b.de", "", "xa.de", "x.a.de", "."} {
		for _, path := range []string{"/", "/A/../b"} {
			if room, v := r.Match(host, []byte(path)); room != -1 || v != Nowhere {
				t.Errorf("Match(%q, %q) = %d, %d", host, path, room, v)
			}
		}
	}
	if room, v := r.Match("[::1]", []byte("/")); room != 0 || v != Line {
		t.Errorf("an address in brackets is %d, %d", room, v)
	}
}

func TestARouterNamesEveryRuleThatIsNoPrefix(t *testing.T) {
	_, err := New([]Room{{Paths: []string{"/a", "b"}}, {Exclude: []string{"/c/*"}}})
	want := "rooms[0].paths[1]: \"b\" does not begin with /\n" +
		"rooms[1].exclude[0]: \"/c/*\" has '*'; a rule is a path prefix: /termine covers everything below it"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestARoomKnowsItsHosts(t *testing.T) {
	r := town(t)
	for host, want := range map[string][]int{
		"speyer.de": {termine, kfz, rest}, "SPEYER.de.": {termine, kfz, rest}, "x.kfz.de": {kfz, rest}, "b.a.speyer.de": {sub, deep, rest},
		"elsewhere.org": {rest}, "": {rest},
	} {
		for room := range rest + 1 {
			if got := r.HasHost(room, host); got != slices.Contains(want, room) {
				t.Errorf("room %d has %q: %v", room, host, got)
			}
		}
	}
}

func TestAProtectedPathCannotBeEvadedBySpelling(t *testing.T) {
	r := town(t)
	spellings := []string{
		"/%74ermine", "//termine", "/./termine", "/x/../termine", "/termine/../x", "/%2e/termine", "/x/%2e%2e/termine",
		"/x%2f..%2ftermine", "/x/..%2Ftermine", "/x/..%5ctermine", "/x\\..\\termine", "/TERMINE", "/Termine/neu", "/termine;x=1",
		"/x/..;/termine", "/termine%20", "/termine.", "/termine./neu", "/%2574ermine", "/x/%252e%252e/termine", "/termine%2fneu",
		"/;a/termine", "//x/..//termine", "/termine//", "/termine/hilfe/../neu", "/termine/hilfe/%2e%2e/neu",
		"/termine/hilfe/..%2fneu", "/termine/hilfe/..;/neu", "/termine/hilfe/..\\neu", "/termine/hilfe%2f..%2fneu", "/termine//hilfe",
		"/termine%00", "/termine%00.css", "/x/termine%00/../../termine", "/termine%0a", "/termine%0D%0a", "/termine%09", "/termine%3fx", "/termine%23",
		"/termine%253fx=1", "/termine%0a/neu", "/termine/hilfe%00", "/termine/hilfe%3f/neu", "/termine/hilfe/..%00/neu",
		"/termine/hilfe/..%0a/neu", "/termine/hilfe/..%09/neu", "//x/termine", "//x:80/termine/neu", `/\x/termine`, `/\x\termine`, "////x/termine", "//termine@x/%74ermine",
		"/termine/./hilfe", "/termine/HILFE", "/termine/hilfe%2fx", "/..//../termine", "/termine/%2e%2e/%2e%2e/x",
	}
	for _, path := range spellings {
		if room, v := r.Match("speyer.de", []byte(path)); room != termine || v != Line {
			t.Errorf("%s is %d, %d; want the line of room %d", path, room, v, termine)
		}
	}
}

func TestAPathThatIsNoUTF8IsRefusedOrGuardedInEveryEncoding(t *testing.T) {
	legacy := []Room{{Hosts: []string{"h"}, Paths: []string{"/bürger", "/termine"}, Legacy: true}, {Hosts: []string{"other"}}}
	strict := []Room{{Hosts: []string{"h"}, Paths: []string{"/bürger", "/termine"}}}
	for path, guarded := range map[string]bool{
		"/b%FCrger": true, "/b\xfcrger/x": true, "/B%DCRGER": true, "/b%81rger": true, "/b%9frger": true, "/%62%fcrger": true,
		"/x/../b%fcrger": true, "/b%fcrger;x": true, "//b%fcrger": true,
		// The same letter in an encoding of several bytes, and an old decoder's ASCII.
		"/b%a8%b9rger": true, "/%c1%b4ermine": true, "/x%c0%afx/..%c0%af..%c0%aftermine": true, "/%e0%81%b4ermine": true, "/%f0%80%81%b4ermine": true,
		"/t%e9rmine": true, "/%fctermine": false, "/m%fcller": false, "/%ff": false,
	} {
		room, v := routerOf(t, legacy).Match("h", []byte(path))
		if room != 0 || (v == Line) != guarded {
			t.Errorf("%s is %d, %d where such paths are taken", path, room, v)
		}
		if room, v := routerOf(t, strict).Match("h", []byte(path)); room != -1 || v != Unreadable {
			t.Errorf("%s is %d, %d where such paths are refused", path, room, v)
		}
		if room, v := routerOf(t, strict).Match("elsewhere", []byte(path)); room != -1 || v != Nowhere {
			t.Errorf("%s is %d, %d at an unknown host", path, room, v)
		}
	}
}

func TestLettersThatABackendMayTakeForOthersAreGuarded(t *testing.T) {
	r := routerOf(t, []Room{{Hosts: []string{"h"}, Paths: []string{"/bürger", "/termine", "/straße"}, Exclude: []string{"/termine/hilfe"}}})
	for path, guarded := range map[string]bool{
		"/b%C3%BCrger": true, "/bu%CC%88rger": true, "/B%C3%9CRGER": true, "/BU%CC%88RGER/x": true, "/burger": true, "/Burger/": true, "/b%C3%BArger": true,
		"/b%25FCrger":   true, // decoded twice
		"/t%C3%A9rmine": true, "/%EF%BD%94ermine": true, "/%EF%BC%8Ftermine": true, "/x%EF%BC%8F..%EF%BC%8Ftermine": true, "/term\u0131ne": true, "/ter\u200bmine": true,
		"/%EF%BC%85%37%34ermine": true, "/x\u2215..\u2216termine": true, "/\u017ftra\u00dfe": true, "/STRA\u1e9eE": true, "/termine/h\u0131lfe": true,
		"/termine/hilfe": false, "/termine/hilfe/%C3%BCber": false, "/b%C3%BCrgermeister": false, "/burg": false, "/": false, "/%E6%97%A5": false,
	} {
		if room, v := r.Match("h", []byte(path)); room != 0 || (v == Line) != guarded {
			t.Errorf("%s is %d, %d", path, room, v)
		}
	}
}

func TestLettersThatACollationWritesWithOthersAreGuarded(t *testing.T) {
	r := routerOf(t, []Room{{Hosts: []string{"h"}, Paths: []string{"/straße", "/passbild", "/ørsted", "/łódź", "/caesar", "/thor"}}})
	for path, guarded := range map[string]bool{
		"/strasse": true, "/STRASSE/x": true, "/stra%C3%9Fe": true, "/STRA%E1%BA%9EE": true, "/pa%C3%9Fbild": true, "/orsted": true, "/%C3%98RSTED": true,
		"/lodz": true, "/c%C3%A6sar": true, "/%C3%9Eor": true, "/strassen": false, "/passbilder": false, "/pasbild": false,
	} {
		if room, v := r.Match("h", []byte(path)); room != 0 || (v == Line) != guarded {
			t.Errorf("%s is %d, %d", path, room, v)
		}
	}
}

func TestOrdinarySpellingsOfExcludedPathsStayOpen(t *testing.T) {
	r := town(t)
	for _, path := range []string{
		"/termine/hilfe", "/termine/hilfe/", "/termine/hilfe/a%20b", "/termine/hilfe/%C3%BC", "/termine/hilfe/A.CSS;jsessionid=1",
		"/termine/h%69lfe/x",
	} {
		if room, v := r.Match("speyer.de", []byte(path)); room != termine || v != Open {
			t.Errorf("%s is %d, %d; want it open", path, room, v)
		}
	}
}

func TestAnEncodedRuleIsTheSameAsAPlainOne(t *testing.T) {
	r := town(t)
	for _, path := range []string{"/b%C3%BCrger", "/b%c3%bcrger/amt", "/B%C3%9CRGER"} {
		if room, v := r.Match("speyer.de", []byte(path)); room != kfz || v != Line {
			t.Errorf("%s is %d, %d", path, room, v)
		}
	}
}

func TestAPassForOneRoomDoesNotOpenAnother(t *testing.T) {
	r := town(t)
	for _, path := range []string{"/termine/../kfz", "/kfz/..%2ftermine", "/kfz/%2e%2e/termine", "/kfz/..;/termine"} {
		if room, v := r.Match("speyer.de", []byte(path)); room != -1 || v != Ambiguous {
			t.Errorf("%s is %d, %d; want it ambiguous", path, room, v)
		}
	}
	if room, v := r.Match("speyer.de", []byte("//kfz/termine")); room != -1 || v != Ambiguous {
		t.Errorf("a path that is a host to some is %d, %d", room, v)
	}
	nested := routerOf(t, []Room{{}, {Paths: []string{"/b"}}})
	for path, want := range map[string]int{"/%62/c": 1, "//b": 1, "/B": 1, "/b;x": 1, "/b%20x": 0} {
		if room, v := nested.Match("h", []byte(path)); room != want || v != Line {
			t.Errorf("%s is %d, %d; want the line of room %d", path, room, v, want)
		}
	}
	if _, v := nested.Match("h", []byte("/b/%2e%2e/a")); v != Ambiguous {
		t.Errorf("leaving a nested room is %d", v)
	}
}

func TestMatchingAnOrdinaryPathAllocatesNothing(t *testing.T) {
	r := town(t)
	for _, path := range []string{"/termine/neu", "/Termine/Neu.aspx", "/termine/a%20b/../x;y"} {
		p := []byte(path)
		if n := testing.AllocsPerRun(100, func() { r.Match("speyer.de", p) }); n > 0 {
			t.Errorf("%s: %v allocations", path, n)
		}
	}
}

func TestVeryLongPathsAreReadWhole(t *testing.T) {
	r := town(t)
	long := "/" + strings.Repeat("a/", 4000) + strings.Repeat("%2e%2e/", 4000) + "termine"
	if room, v := r.Match("speyer.de", []byte(long)); room != termine || v != Line {
		t.Errorf("is %d, %d", room, v)
	}
}

func FuzzNoSpellingOpensAProtectedPath(f *testing.F) {
	for _, path := range []string{
		"/termine", "/termine/hilfe", "/%74ermine", "//termine", "/kfz\\..\\termine/x", "/x/../termine", "/termine/hilfe/..;/x", "/termine\\..\\kfz", "/a%252fb",
		"/%", "/%4", "/b%fcrger", "/bu%cc%88rger", "*", "", "/\xff\xfe", "/b\u00fcrger", "/...", "/. /..", "/termine/hilfe/%2E%2e%5Cx",
	} {
		f.Add(path)
	}
	r := town(f)
	f.Fuzz(func(t *testing.T, path string) {
		raw := []byte(path)
		room, v := r.Match("speyer.de", raw)
		if string(raw) != path {
			t.Fatal("the path was changed")
		}
		for name, reading := range independentReadings(path) {
			if want := lineOf(reading); want >= 0 && v == Open {
				t.Errorf("%q is open, but read as %s it is %q, which needs a pass of room %d", path, name, reading, want)
			} else if want >= 0 && v == Line && room != want {
				t.Errorf("%q needs a pass of room %d, but read as %s it is room %d", path, room, name, want)
			}
		}
		if strings.HasPrefix(path, "/") {
			if slow, slowVerdict := r.several("speyer.de", raw); room != slow || v != slowVerdict {
				t.Errorf("%q: the short way says %d, %d, the long way %d, %d", path, room, v, slow, slowVerdict)
			}
		}
	})
}

// lineOf is the room whose line a plain path belongs to, written out for the rules of town; -1 for none.
func lineOf(path string) int {
	under := func(prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }
	switch {
	case under("/termine/hilfe"):
		return -1
	case under("/termine"):
		return termine
	case under("/kfz"), under("/bürger"):
		return kfz
	case under("/rest"):
		return rest
	}
	return -1
}

func BenchmarkMatch(b *testing.B) {
	rooms := make([]Room, 50)
	for i := range rooms {
		rooms[i] = Room{Hosts: []string{fmt.Sprintf("h%d.de", i)}, Paths: []string{"/termine", "/kfz"}}
	}
	r := routerOf(b, rooms)
	for _, path := range []string{"/termine/neu", "/Termine/Neu.aspx", "/termine/a%20b/../c"} {
		b.Run(path[1:], func(b *testing.B) {
			p := []byte(path)
			b.ReportAllocs()
			for b.Loop() {
				r.Match("h7.de", p)
			}
		})
	}
}

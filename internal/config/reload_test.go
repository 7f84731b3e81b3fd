package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// everyKey lists the keys of the configuration as patterns.
func everyKey(typ reflect.Type, path string) (all []string) {
	for i, key := range keysOf(typ) {
		field, at := typ.Field(i).Type, join(path, key)
		if field == reflect.TypeFor[[]Room]() {
			field, at = field.Elem(), at+"[]"
		}
		if field.Kind() == reflect.Struct && field.PkgPath() == typ.PkgPath() {
			all = append(all, everyKey(field, at)...)
			continue
		}
		all = append(all, at)
	}
	return all
}

func TestItIsDecidedForEveryKeyWhetherItNeedsARestart(t *testing.T) {
	keys := everyKey(reflect.TypeFor[Config](), "")
	if len(keys) < 100 {
		t.Fatalf("only %d keys were found", len(keys))
	}
	used := map[string]bool{}
	for _, key := range keys {
		var by []string
		for _, r := range restart {
			if below(r.path, key) {
				by = append(by, r.path)
			}
		}
		for _, entry := range live {
			if below(entry, key) {
				by = append(by, entry)
				if entry != key && entry != "rooms[].backend" {
					t.Errorf("%s is in force at once because of %s: name each key, so that no new one is forgotten", key, entry)
				}
			}
		}
		if len(by) != 1 {
			t.Errorf("%s is decided by %q; it wants to be in one of the two lists", key, by)
		}
		for _, entry := range by {
			used[entry] = true
		}
	}
	for _, entry := range live {
		if !used[entry] {
			t.Errorf("there is no key %s", entry)
		}
	}
	for _, r := range restart {
		if !used[r.path] {
			t.Errorf("there is no key %s", r.path)
		}
		if r.why == "" {
			t.Errorf("%s: no reason", r.path)
		}
	}
}

func TestTheReferenceSaysWhatNeedsARestart(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(Reference(), &doc); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(Reference()), "\n")
	seen := map[string]bool{}
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				if path == "rooms" {
					walk(item, "rooms[]")
				}
			}
			return
		}
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			key, at := n.Content[i], join(path, n.Content[i].Value)
			_, comment, _ := strings.Cut(lines[key.Line-1], "# ")
			marked := strings.HasPrefix(comment, "[restart]")
			wanted := slices.ContainsFunc(restart, func(r struct{ path, why string }) bool { return r.path == at })
			if seen[at] = true; marked != wanted {
				t.Errorf("line %d, %s: marked [restart] %v, and it needs one %v", key.Line, at, marked, wanted)
			}
			walk(n.Content[i+1], at)
		}
	}
	walk(doc.Content[0], "")
	for _, r := range restart {
		if !seen[r.path] {
			t.Errorf("the reference does not have %s", r.path)
		}
	}
}

func TestWhatDiffersAndNeedsARestartIsNamedAllAtOnce(t *testing.T) {
	running := Default()
	running.Rooms = []Room{DefaultRoom(), DefaultRoom()}
	running.Rooms[0].ID, running.Rooms[1].ID = "a", "b"
	running.Admin.Token = "a secret that nobody reads"

	next := running
	next.Rooms = []Room{running.Rooms[1], running.Rooms[0], DefaultRoom()} // the order is no difference
	next.Rooms[2].ID = "c"
	next.TrustedProxies = nil
	next.Log.Level = "debug"
	next.Limits.Stay.InFlight++
	next.Rooms[1].ClaimWindow++
	next.Rooms[1].Title, next.Rooms[1].Backend.MaxInFlight = "another", 7
	if found := NeedRestart(&running, &next); len(found) != 0 {
		t.Errorf("what is brought into force at once is refused: %v", found)
	}

	next.Store.URL, next.Listen.HTTP, next.Admin.Token = "redis://h", ":1", "another secret that nobody reads"
	next.Keys.File = "/keys"
	want := []string{"listen.http", "store.url", "keys.file", "admin.token"}
	var got []string
	for _, p := range NeedRestart(&running, &next) {
		got = append(got, p.Path)
		if strings.Contains(p.Text, "secret that") || !strings.Contains(p.Text, "restart") {
			t.Error(p)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("named are %q, want %q", got, want)
	}
	problems := NeedRestart(&running, &next)
	if text := problems[1].Error(); text != "store.url: memory cannot become redis://h while the gateway runs: the lines are in the store; restart it for this" {
		t.Error(text)
	}
	if text := problems[2].Error(); !strings.HasPrefix(text, `keys.file: "" cannot become /keys while`) {
		t.Error(text)
	}
}

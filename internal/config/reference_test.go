package config

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/configs"
	"github.com/einlass/einlass/internal/route"
)

func TestEveryFileInConfigsLoads(t *testing.T) {
	names, err := fs.Glob(configs.Files, "*.yaml")
	if err != nil || len(names) < 4 {
		t.Fatalf("files are %q, %v", names, err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			data, err := configs.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			secret := func(string) ([]byte, error) { return []byte("0123456789abcdef0123456789abcdef\n"), nil }
			c, err := load(Source{File: name, Languages: []string{"de", "de-simple", "en"}}, data, secret)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := route.New(c.Routes()); err != nil {
				t.Errorf("the rules pass the check and not the router: %v", err)
			}
		})
	}
}

// required are the keys without a default, with what the reference has for them.
var required = map[string]string{"rooms[0].id": "termine", "rooms[0].backend.url": "http://127.0.0.1:8000"}

func TestTheReferenceHasEveryKeyWithItsDefault(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(Reference(), &doc); err != nil {
		t.Fatal(err)
	}
	wantEveryKey(t, doc.Content[0], reflect.TypeFor[Config](), "")

	d := &decoder{foreign: map[*yaml.Node]string{}, where: map[string]place{}}
	got := Default()
	d.into(doc.Content[0], reflect.ValueOf(&got).Elem(), "")
	for _, p := range d.problems {
		t.Error(p)
	}
	room := DefaultRoom()
	room.ID, room.Backend.URL = required["rooms[0].id"], required["rooms[0].backend.url"]
	want := Default()
	want.Rooms = []Room{room}
	wantSame(t, reflect.ValueOf(got), reflect.ValueOf(want), "")
}

// wantEveryKey checks that the tree has every key of the struct.
func wantEveryKey(t *testing.T, n *yaml.Node, typ reflect.Type, path string) {
	t.Helper()
	switch {
	case typ.Kind() == reflect.Slice && typ.Elem() == reflect.TypeFor[Room]():
		wantEveryKey(t, n.Content[0], typ.Elem(), path+"[0]")
	case typ.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		keys := keysOf(typ)
		found := map[string]*yaml.Node{}
		for i := 0; i < len(n.Content); i += 2 {
			found[n.Content[i].Value] = n.Content[i+1]
		}
		for i, key := range keys {
			if found[key] == nil {
				t.Errorf("the reference does not have %s", join(path, key))
				continue
			}
			wantEveryKey(t, found[key], typ.Field(i).Type, join(path, key))
		}
	case typ.Kind() == reflect.Struct:
		t.Errorf("the reference has %s in its short form", path)
	}
}

// wantSame compares leaf by leaf, so that a failure names the key.
func wantSame(t *testing.T, got, want reflect.Value, path string) {
	t.Helper()
	if got.Kind() == reflect.Struct {
		for i := range got.NumField() {
			wantSame(t, got.Field(i), want.Field(i), join(path, got.Type().Field(i).Tag.Get("yaml")))
		}
		return
	}
	if got.Type() == reflect.TypeFor[[]Room]() && got.Len() == want.Len() {
		for i := range got.Len() {
			wantSame(t, got.Index(i), want.Index(i), path+"[0]")
		}
		return
	}
	if got.Kind() == reflect.Slice && got.Len() == 0 && want.Len() == 0 {
		return
	}
	if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Errorf("the reference says %s: %v, the default is %v", path, got, want)
	}
}

func TestEveryKeyHasAName(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for i, key := range keysOf(typ) {
			field := typ.Field(i)
			if key == "" || key != strings.ToLower(key) || strings.Contains(key, "__") {
				t.Errorf("%s.%s has the key %q", typ.Name(), field.Name, key)
			}
			inner := field.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner.PkgPath() == typ.PkgPath() {
				walk(inner)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

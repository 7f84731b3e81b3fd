package config

import (
	"reflect"
	"strconv"
	"testing"
)

// eachLeaf calls visit with every value of a struct, its lists filled with one entry, and with the YAML path.
func eachLeaf(t *testing.T, v reflect.Value, path string, visit func(reflect.Value, string)) {
	t.Helper()
	if v.Kind() == reflect.Struct && v.Type().PkgPath() == reflect.TypeFor[Config]().PkgPath() {
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				t.Fatalf("%s.%s is not exported: encoders leave it out", v.Type(), field.Name)
			}
			eachLeaf(t, v.Field(i), join(path, field.Tag.Get("yaml")), visit)
		}
		return
	}
	if v.Kind() == reflect.Slice {
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			eachLeaf(t, v.Index(i), path+"["+strconv.Itoa(i)+"]", visit)
		}
		return
	}
	visit(v, path)
}

// change gives a leaf another value.
func change(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	default:
		t.Fatalf("%s is a %s: teach the test to change it, and see that Hash sees it", path, v.Type())
	}
}

func TestEveryKeyOfARoomChangesItsHash(t *testing.T) {
	room := DefaultRoom()
	var paths []string
	eachLeaf(t, reflect.ValueOf(&room).Elem(), "", func(_ reflect.Value, path string) { paths = append(paths, path) })
	if len(paths) < 50 {
		t.Fatalf("only %d keys were found", len(paths))
	}
	before := room.Hash()
	seen := map[string]string{before: "nothing changed"}
	for _, changed := range paths {
		other := DefaultRoom()
		eachLeaf(t, reflect.ValueOf(&other).Elem(), "", func(v reflect.Value, path string) {
			if path == changed {
				change(t, v, path)
			}
		})
		hash := other.Hash()
		if same, ok := seen[hash]; ok {
			t.Errorf("%s changed: the hash is that of: %s", changed, same)
		}
		seen[hash] = changed
	}
	if room.Hash() != before {
		t.Error("the same room has two hashes")
	}
}

func TestTheLengthOfAListAndTheBordersOfItsEntriesCount(t *testing.T) {
	seen := map[string]bool{}
	for _, paths := range [][]string{nil, {""}, {"/a", "/b"}, {"/a/b"}, {"/a"}, {"/a", ""}, {"/b", "/a"}} {
		r := Room{Paths: paths}
		if seen[r.Hash()] {
			t.Errorf("%q has the hash of another list", paths)
		}
		seen[r.Hash()] = true
	}
}

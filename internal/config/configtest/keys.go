// Package configtest lists the keys of a configuration by reflection and changes them one by one, so that a test finds a
// key that no mapping passes on, also one that was added later.
package configtest

import (
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Keys lists the paths of all values of a section, as in "backend.tls.ca_file" or "paths[0]". section is a pointer to a
// struct of package config; its empty lists are given one entry.
func Keys(tb testing.TB, section any) []string {
	tb.Helper()
	var paths []string
	walk(tb, reflect.ValueOf(section).Elem(), "", func(_ reflect.Value, path string) { paths = append(paths, path) })
	return paths
}

// Change gives the value at a path of a section another value of its kind. It need not be one that Load accepts.
func Change(tb testing.TB, section any, path string) {
	tb.Helper()
	found := false
	walk(tb, reflect.ValueOf(section).Elem(), "", func(v reflect.Value, at string) {
		if at == path {
			change(tb, v, at)
			found = true
		}
	})
	if !found {
		tb.Fatalf("%T has no %s", section, path)
	}
}

// Arriving lists the keys of a section that change what a mapping makes of it, in the order of Keys. mapped is a text in
// which everything is that the mapping answers.
func Arriving[S any](tb testing.TB, section S, mapped func(S) string) (keys []string) {
	tb.Helper()
	sample := section
	paths, before := Keys(tb, &sample), mapped(sample)
	for _, path := range paths {
		changed := clone(tb, sample)
		Change(tb, &changed, path)
		if mapped(changed) != before {
			keys = append(keys, path)
		}
	}
	return keys
}

// clone copies a section with its lists.
func clone[S any](tb testing.TB, section S) S {
	tb.Helper()
	copyLists(reflect.ValueOf(&section).Elem())
	return section
}

func copyLists(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct && ours(v.Type()):
		for i := range v.NumField() {
			copyLists(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(fresh, v)
		v.Set(fresh)
		for i := range v.Len() {
			copyLists(v.Index(i))
		}
	}
}

func ours(t reflect.Type) bool {
	return t.PkgPath() == reflect.TypeFor[config.Config]().PkgPath() || t.PkgPath() == reflect.TypeFor[plan.Schedule]().PkgPath()
}

func walk(tb testing.TB, v reflect.Value, path string, visit func(reflect.Value, string)) {
	tb.Helper()
	if v.Kind() == reflect.Struct && ours(v.Type()) {
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				tb.Fatalf("%s.%s is not exported: encoders leave it out", v.Type(), field.Name)
			}
			at := field.Tag.Get("yaml")
			if path != "" {
				at = path + "." + at
			}
			walk(tb, v.Field(i), at, visit)
		}
		return
	}
	if v.Kind() == reflect.Slice {
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			walk(tb, v.Index(i), path+"["+strconv.Itoa(i)+"]", visit)
		}
		return
	}
	visit(v, path)
}

func change(tb testing.TB, v reflect.Value, path string) {
	tb.Helper()
	if _, ok := v.Interface().(netip.Prefix); ok {
		v.Set(reflect.ValueOf(netip.MustParsePrefix("203.0.113.0/24")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			fresh.Elem().Set(v.Elem())
		}
		change(tb, fresh.Elem(), path)
		v.Set(fresh)
	default:
		tb.Fatalf("%s is a %s: teach configtest to change it", path, v.Type())
	}
}

// Want compares the keys that arrive with those that should, whatever their order.
func Want(tb testing.TB, what string, got, want []string) {
	tb.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		tb.Errorf("%s: these keys arrive: %q\nthese should: %q", what, got, want)
	}
}

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// valuesOf lists every value by its path, one a line: durations and sizes as Go prints their numbers, secrets revealed.
func valuesOf(v reflect.Value, path string, to map[string]string) {
	switch {
	case v.Kind() == reflect.Struct && v.Type().PkgPath() == reflect.TypeFor[Config]().PkgPath():
		for i := range v.NumField() {
			valuesOf(v.Field(i), join(path, v.Type().Field(i).Tag.Get("yaml")), to)
		}
	case v.Kind() == reflect.Slice:
		to[path+".length"] = strconv.Itoa(v.Len())
		for i := range v.Len() {
			valuesOf(v.Index(i), path+"["+strconv.Itoa(i)+"]", to)
		}
	case v.Kind() == reflect.String:
		to[path] = strconv.Quote(v.String())
	case v.CanInt():
		to[path] = strconv.FormatInt(v.Int(), 10)
	default:
		to[path] = fmt.Sprint(v.Interface())
	}
}

func TestConfigurationsOfEarlierReleasesSayTheSame(t *testing.T) {
	files, err := filepath.Glob("testdata/20*/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimPrefix(file, "testdata/"), func(t *testing.T) { wantRecorded(t, file) })
	}
}

// refused are the recorded files that a later release refuses, with all that it says about them.
var refused = map[string]string{
	"testdata/2026-11-28/redis.yaml": "1 problem\n  line 38: rooms[0].languages[2]: there are no pages in \"tr\"; want some of de, en",
}

func wantRecorded(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	secret := func(name string) ([]byte, error) {
		return []byte("secret-of-" + filepath.Base(name) + "-0123456789\n"), nil
	}
	src := Source{File: file, Languages: []string{"de", "en"}}
	c, err := load(src, data, secret)
	if want, bad := refused[file]; bad {
		if err == nil || err.Error() != file+": "+want {
			t.Errorf("got %v\nwant %s: %s", err, file, want)
		}
		src.Languages = append(src.Languages, "tr")
		c, err = load(src, data, secret)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Rooms {
		d := c.Rooms[i].Document()
		if err := d.Validate(); err != nil {
			t.Errorf("the line does not accept room %s: %v", c.Rooms[i].ID, err)
		}
	}
	got := map[string]string{}
	valuesOf(reflect.ValueOf(*c), "", got)
	values, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".values")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(values)) {
		path, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if value, ok := got[path]; !ok || value != want {
			t.Errorf("%s is %q, was %q", path, value, want)
		}
	}
}

package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/plain"
)

// Hidden stands for a secret where a configuration is shown. A configuration that is read may have it for a secret only if Source.Secrets says
// what it stands for.
const Hidden = "[hidden]"

// Show is the configuration as a file that Load reads as the same, with each secret as Hidden; one that is read from a file is left out beside the
// file's name. Keys that are empty, as by default, are left out.
func (c *Config) Show() []byte {
	def := Default()
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(shownStruct(reflect.ValueOf(*c), reflect.ValueOf(def), true)), enc.Close()); err != nil {
		panic(fmt.Sprintf("config: it cannot be encoded: %v", err)) // a tree of plain nodes always can
	}
	return out.Bytes()
}

// shownNode is a value as YAML; nil: it is left out. def is its default. all: a number that is 0 is shown, too.
func shownNode(v, def reflect.Value, all bool) *yaml.Node {
	switch {
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return shownNode(v.Elem(), reflect.Zero(v.Type().Elem()), true)
	case v.Kind() == reflect.Slice:
		return shownList(v, def)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[netip.Prefix]():
		n := shownStruct(v, def, all && v.Type().PkgPath() == reflect.TypeFor[Config]().PkgPath())
		if len(n.Content) == 0 {
			return nil
		}
		return n
	}
	if text := v.Kind() == reflect.String; v.IsZero() && def.IsZero() && (text || !all) {
		return nil
	}
	n := new(yaml.Node)
	n.SetString(scalarText(v))
	if v.Kind() != reflect.String {
		n.Tag = ""
	}
	return n
}

// scalarText is a single value as the file has it.
func scalarText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Secret:
		return x.String()
	case time.Duration:
		return plain.Duration(x)
	case bool:
		return strconv.FormatBool(x)
	default:
		return fmt.Sprint(x)
	}
}

func shownList(v, def reflect.Value) *yaml.Node {
	if v.Len() == 0 && def.Len() == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode}
	if v.Len() == 0 {
		n.Style = yaml.FlowStyle
	}
	elem, all := reflect.Zero(v.Type().Elem()), false
	if v.Type().Elem() == reflect.TypeFor[Room]() {
		elem, all = reflect.ValueOf(DefaultRoom()), true
	}
	for i := range v.Len() {
		item := shownNode(v.Index(i), elem, all)
		if item == nil {
			item = new(yaml.Node)
			item.SetString("")
			item.Style = yaml.DoubleQuotedStyle
		}
		n.Content = append(n.Content, item)
	}
	return n
}

func shownStruct(v, def reflect.Value, all bool) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i, key := range keysOf(v.Type()) {
		if leftOut(v, i, key) {
			continue
		}
		if value := shownNode(v.Field(i), def.Field(i), all); value != nil {
			name := new(yaml.Node)
			name.SetString(key)
			n.Content = append(n.Content, name, value)
		}
	}
	return n
}

// leftOut reports whether Load makes a field of another one: a secret of its file, and the addresses of a backend of its URL.
func leftOut(v reflect.Value, i int, key string) bool {
	if _, secret := v.Field(i).Interface().(Secret); secret {
		file := v.FieldByName(v.Type().Field(i).Name + "File")
		return file.IsValid() && !file.IsZero()
	}
	b, backend := v.Interface().(Backend)
	return backend && key == "addresses" && b.URL != ""
}

// Difference is a key that has another value in another configuration, with both as the file has them. Before or After is empty where there is no
// value. Secrets are Hidden.
type Difference struct{ Path, Before, After string }

// Differences are the keys in which next differs from c, in the order of the file. Rooms are compared by their id, as rooms.termine.pace.rate;
// rooms that only one of the two has are not among them.
func (c *Config) Differences(next *Config) (all []Difference) {
	a, b := *c, *next
	a.Rooms, b.Rooms = nil, nil
	all = differences(all, reflect.ValueOf(a), reflect.ValueOf(b), "")
	for i := range next.Rooms {
		for j := range c.Rooms {
			if r := &next.Rooms[i]; r.ID == c.Rooms[j].ID {
				all = differences(all, reflect.ValueOf(c.Rooms[j]), reflect.ValueOf(*r), "rooms."+r.ID)
			}
		}
	}
	return all
}

func differences(all []Difference, a, b reflect.Value, path string) []Difference {
	if a.Kind() == reflect.Struct && a.Type().PkgPath() == reflect.TypeFor[Config]().PkgPath() {
		for i, key := range keysOf(a.Type()) {
			if !leftOut(a, i, key) || !leftOut(b, i, key) || a.Field(i).Type() == reflect.TypeFor[Secret]() {
				all = differences(all, a.Field(i), b.Field(i), join(path, key))
			}
		}
		return all
	}
	if same(a, b) {
		return all
	}
	return append(all, Difference{path, inOneLine(a), inOneLine(b)})
}

// inOneLine is a value as the file could have it in one line.
func inOneLine(v reflect.Value) string {
	n := shownNode(v, reflect.Zero(v.Type()), true)
	if n == nil {
		return ""
	}
	n.Style |= yaml.FlowStyle
	if n.Kind == yaml.ScalarNode {
		return scalarText(v)
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("config: a value cannot be encoded: %v", err)) // a tree of plain nodes always can
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// reveal puts secrets in the place of Hidden: those of from at the same keys. What cannot be revealed is a problem.
func (c *Config) reveal(from *Config) (problems []*Problem) {
	is := reflect.ValueOf(c).Elem()
	was := reflect.Value{}
	if from != nil {
		was = reflect.ValueOf(*from)
	}
	revealIn(is, was, "", &problems)
	return problems
}

func revealIn(v, from reflect.Value, path string, problems *[]*Problem) {
	if secret, ok := v.Interface().(Secret); ok {
		switch {
		case secret != Hidden:
		case from.IsValid() && from.String() != "":
			v.Set(from)
		default:
			*problems = append(*problems, &Problem{Path: path, Text: "is " + Hidden + ", by which a secret is left out where a configuration is shown; put the secret here"})
		}
		return
	}
	if v.Kind() != reflect.Struct || v.Type().PkgPath() != reflect.TypeFor[Config]().PkgPath() {
		return
	}
	for i, key := range keysOf(v.Type()) {
		was := reflect.Value{}
		if from.IsValid() {
			was = from.Field(i)
		}
		revealIn(v.Field(i), was, join(path, key), problems)
	}
}

package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder fills a struct from a tree of YAML nodes. The tree may hold nodes that come from the environment or
// from flags; they go through the same checks. The depth of the recursion is that of the struct, so an alias
// that contains itself does no harm.
type decoder struct {
	// foreign names the source of nodes that are not from the file.
	foreign  map[*yaml.Node]string
	where    map[string]place
	problems []*Problem
}

// place is where a value was given.
type place struct {
	name string
	line int
}

func (d *decoder) placeOf(n *yaml.Node) place {
	if name, ok := d.foreign[n]; ok {
		return place{name: name}
	}
	if n.Line == 0 {
		return place{}
	}
	return place{name: "line " + strconv.Itoa(n.Line), line: n.Line}
}

func (d *decoder) bad(n *yaml.Node, path, format string, args ...any) {
	at := d.placeOf(n)
	d.problems = append(d.problems, &Problem{Path: path, Text: fmt.Sprintf(format, args...), Where: at.name, Line: at.line})
}

// into decodes n into v, which keeps its value when n is null or wrong.
func (d *decoder) into(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	d.where[path] = d.placeOf(n)
	if isNull(n) {
		return
	}
	if tag := n.ShortTag(); n.Style&yaml.TaggedStyle != 0 && !strings.HasPrefix(tag, "!!") || tag == "!!binary" {
		d.bad(n, path, "the tag %s is not accepted", tag)
		return
	}
	switch {
	case v.Type() == reflect.TypeFor[netip.Prefix]():
		d.scalar(n, v, path)
	case v.Kind() == reflect.Struct:
		d.structure(n, v, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func isNull(n *yaml.Node) bool {
	return n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// keysOf are the YAML names of a struct's fields, in order.
func keysOf(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("yaml")
	}
	return keys
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.ScalarNode && v.Type() == reflect.TypeFor[Store]() {
		url := v.FieldByName("URL")
		d.scalar(n, url, path)
		d.where[join(path, "url")] = d.where[path]
		return
	}
	if n.Kind != yaml.MappingNode {
		d.bad(n, path, "want keys and values below it: %s", strings.Join(keysOf(v.Type()), ", "))
		return
	}
	keys := keysOf(v.Type())
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if before, ok := first[key.Value]; ok {
			d.bad(key, at, "is already given in %s", d.placeOf(before).name)
			continue
		}
		first[key.Value] = key
		if field := slices.Index(keys, key.Value); field >= 0 && key.Kind == yaml.ScalarNode {
			d.into(value, v.Field(field), at)
			continue
		}
		if i > 0 && isCutOff(n, n.Content[i-1], value) && slices.Contains(keys, n.Content[i-2].Value) {
			d.bad(key, at, `unknown key; within { } a value that has a comma needs quotes: %s: "%s,%s"`, n.Content[i-2].Value, n.Content[i-1].Value, key.Value)
			continue
		}
		d.unknown(key, at, keys)
	}
}

// isCutOff reports whether a key without a value is what YAML makes of the rest of the value before it, which has a comma and stands within
// braces without quotes, as in {status: 200,204}.
func isCutOff(in, before, value *yaml.Node) bool {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
	return in.Style&yaml.FlowStyle != 0 && before.Kind == yaml.ScalarNode && before.Style&quoted == 0 && !isNull(before) && isNull(value) && value.Value == ""
}

func (d *decoder) unknown(key *yaml.Node, path string, keys []string) {
	switch name := nearest(key.Value, keys); {
	case key.Kind != yaml.ScalarNode:
		d.bad(key, path, "a key must be plain text")
	case key.Value == "<<":
		d.bad(key, path, "merging (<<) is not accepted; use an alias for a whole value, or write the keys out")
	case name != "":
		d.bad(key, path, "unknown key, did you mean %s? Accepted: %s", name, strings.Join(keys, ", "))
	default:
		d.bad(key, path, "unknown key; accepted: %s", strings.Join(keys, ", "))
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	elem := v.Type().Elem()
	if _, foreign := d.foreign[n]; foreign && n.Kind == yaml.ScalarNode && elem != reflect.TypeFor[Room]() {
		n = d.split(n)
	}
	if n.Kind != yaml.SequenceNode {
		d.bad(n, path, "want a list: [a, b], or one entry a line after a dash")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		at := path + "[" + strconv.Itoa(i) + "]"
		if elem == reflect.TypeFor[Room]() {
			out.Index(i).Set(reflect.ValueOf(DefaultRoom()))
		}
		if isNull(item) {
			d.bad(item, at, "is empty")
			continue
		}
		d.into(item, out.Index(i), at)
	}
	v.Set(out)
}

// split makes a list of a variable's or flag's text.
func (d *decoder) split(n *yaml.Node) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	d.foreign[list] = d.foreign[n]
	for part := range strings.SplitSeq(n.Value, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		item := foreignScalar(part)
		d.foreign[item] = d.foreign[n]
		list.Content = append(list.Content, item)
	}
	return list
}

func foreignScalar(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// scalar sets one value from its text. Quotes make no difference: whether 5 is a number or a name depends on
// the key alone.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, path, "want a single value")
		return
	}
	var err error
	switch v.Interface().(type) {
	case time.Duration:
		err = setParsed(v, n.Value, parseDuration)
	case Size:
		err = setParsed(v, n.Value, parseSize)
	case netip.Prefix:
		err = setParsed(v, n.Value, ParseNetwork)
	case bool:
		err = setParsed(v, n.Value, parseBool)
	case int, int64:
		var i int64
		if i, err = parseInt(n.Value); err == nil {
			v.SetInt(i)
		}
	default: // strings
		v.SetString(n.Value)
	}
	if err != nil {
		d.bad(n, path, "%v", err)
	}
}

func setParsed[T any](v reflect.Value, text string, parse func(string) (T, error)) error {
	value, err := parse(text)
	if err == nil {
		v.Set(reflect.ValueOf(value))
	}
	return err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

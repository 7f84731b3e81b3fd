package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// envPrefix begins the environment variables that are configuration.
const envPrefix = "EINLASS_"

// foreignNames are variables with our prefix that belong to the command line.
var foreignNames = []string{"EINLASS_CONFIG", "EINLASS_ADMIN_URL", "EINLASS_ADMIN_TOKEN", "EINLASS_ADMIN_CA"}

// serviceName matches what Kubernetes and container links make for services called einlass or einlass-….
var serviceName = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// override is one value from outside the file.
type override struct {
	path   []string
	value  string
	source string
}

// fromEnv finds the overrides in an environment of KEY=value lines.
func fromEnv(environ []string) []override {
	var found []override
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok || rest == "" || slices.Contains(foreignNames, name) || serviceName.MatchString(name) {
			continue
		}
		path := strings.Split(strings.ToLower(rest), "__")
		found = append(found, override{path: path, value: value, source: "environment " + name})
	}
	sortOverrides(found)
	return found
}

// fromFlags finds the overrides in flags, which name paths as error messages do: rooms[0].pace.rate, or
// rooms.termine.pace.rate.
func fromFlags(flags map[string]string) []override {
	var found []override
	for name, value := range flags {
		path := strings.NewReplacer("[", ".", "]", "").Replace(name)
		found = append(found, override{path: strings.Split(path, "."), value: value, source: "flag " + name})
	}
	sortOverrides(found)
	return found
}

// sortOverrides makes the result independent of the order of the environment. Positions are put before
// names, so that a room made by position can be named by its id.
func sortOverrides(list []override) {
	slices.SortFunc(list, func(a, b override) int { return slices.CompareFunc(a.path, b.path, compareSegments) })
}

func compareSegments(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return cmp.Compare(x, y)
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// applyAll puts the overrides into the tree, in order. keys.env goes first, because the variable that it
// names is a keyring and not configuration.
func (d *decoder) applyAll(root *yaml.Node, list []override) {
	named := func(o override) bool { return slices.Equal(o.path, []string{"keys", "env"}) }
	for _, o := range list {
		if named(o) {
			d.apply(root, o)
		}
	}
	keyring := "environment " + textAt(root, "keys", "env")
	for _, o := range list {
		if !named(o) && o.source != keyring {
			d.apply(root, o)
		}
	}
}

// textAt is the text at a path of mapping keys, or "".
func textAt(n *yaml.Node, path ...string) string {
	for _, key := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var next *yaml.Node
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content) && next == nil; i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
			}
		}
		if next == nil {
			return ""
		}
		n = next
	}
	return n.Value
}

// apply puts an override into the tree. What the schema says of it is left to the decoder.
func (d *decoder) apply(root *yaml.Node, o override) {
	at := root
	for i, segment := range o.path {
		next, err := d.step(at, o, i, segment)
		if err != nil {
			d.problems = append(d.problems, &Problem{Path: strings.Join(o.path, "."), Text: err.Error(), Where: o.source})
			return
		}
		at = next
	}
	*at = *foreignScalar(o.value)
	d.foreign[at] = o.source
}

// step goes from a node to the child that segment names, and makes it if need be. Aliased values are copied
// first: changing one room must not change another.
func (d *decoder) step(at *yaml.Node, o override, depth int, segment string) (*yaml.Node, error) {
	if at.Kind == yaml.AliasNode {
		*at = *deepCopy(at.Alias, 0)
	}
	if at.Kind == yaml.ScalarNode && !isNull(at) && depth == 1 && o.path[0] == "store" {
		url := &yaml.Node{}
		*url = *at
		d.foreign[url] = d.placeOf(at).name
		if url.Line != 0 {
			delete(d.foreign, url)
		}
		*at = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: at.Line, Content: []*yaml.Node{foreignScalar("url"), url}}
	}
	if isNull(at) {
		*at = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if _, err := strconv.Atoi(segment); err == nil {
			*at = yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		d.foreign[at] = o.source
	}
	parent := strings.Join(o.path[:depth], ".")
	switch at.Kind {
	case yaml.MappingNode:
		if parent == "rooms" {
			return nil, fmt.Errorf("no room has the id or position %q", segment)
		}
		return d.child(at, o, segment), nil
	case yaml.SequenceNode:
		return d.item(at, o, parent, segment)
	default:
		return nil, fmt.Errorf("%s is a single value in %s, it has no %q", parent, d.placeOf(at).name, segment)
	}
}

func (d *decoder) child(at *yaml.Node, o override, name string) *yaml.Node {
	for i := 0; i+1 < len(at.Content); i += 2 {
		if at.Content[i].Value == name {
			return at.Content[i+1]
		}
	}
	key, value := foreignScalar(name), &yaml.Node{}
	d.foreign[key], d.foreign[value] = o.source, o.source
	at.Content = append(at.Content, key, value)
	return value
}

func (d *decoder) item(at *yaml.Node, o override, parent, segment string) (*yaml.Node, error) {
	if n, err := strconv.Atoi(segment); err == nil && n >= 0 && n <= len(at.Content) {
		if n == len(at.Content) {
			value := &yaml.Node{}
			d.foreign[value] = o.source
			at.Content = append(at.Content, value)
		}
		return at.Content[n], nil
	}
	for _, item := range at.Content {
		if parent == "rooms" && roomNamed(item, segment) {
			return item, nil
		}
	}
	if parent == "rooms" {
		return nil, fmt.Errorf("no room has the id or position %q", segment)
	}
	return nil, fmt.Errorf("%s has no position %q; want 0…%d", parent, segment, len(at.Content))
}

// roomNamed reports whether a room's id is the given one, in which underscores may stand for hyphens.
func roomNamed(room *yaml.Node, name string) bool {
	if room.Kind == yaml.AliasNode {
		room = room.Alias
	}
	for i := 0; i+1 < len(room.Content); i += 2 {
		if room.Content[i].Value == "id" {
			id := room.Content[i+1].Value
			return id == name || strings.ReplaceAll(id, "-", "_") == name
		}
	}
	return false
}

// maxNesting is deeper than any accepted configuration; it ends aliases that contain themselves.
const maxNesting = 8

func deepCopy(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c := *n
	c.Content = nil
	if depth < maxNesting {
		for _, child := range n.Content {
			c.Content = append(c.Content, deepCopy(child, depth+1))
		}
	}
	return &c
}

package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// coloursFile is the file of a folder that has a town's own colours.
const coloursFile = "colours.yaml"

// A palette is the colours of one theme, by the names that a folder gives them.
type palette map[string]colour

// ownColours are those that a folder may change, in the order in which they are written.
var ownColours = []string{"accent", "on_accent", "ground", "card", "text", "quiet"}

// shown is what stands on what: the names of two colours, of which one may not be changeable, and the contrast that it needs. Text needs
// 4.5:1 (WCAG 2.2, 1.4.3), a graphic 3:1 (1.4.11).
type shown struct {
	on, under string
	least     float64
}

var shownColours = []shown{
	{"text", "ground", 4.5},
	{"text", "card", 4.5},
	{"text", "note", 4.5},
	{"quiet", "ground", 4.5},
	{"quiet", "card", 4.5},
	{"accent", "ground", 4.5},
	{"accent", "card", 4.5},
	{"on_accent", "accent", 4.5},
	{"accent", "track", 3},
}

// themes are the two themes of a stylesheet.
type themes struct{ light, dark palette }

var (
	darkTheme    = regexp.MustCompile(`@media \(prefers-color-scheme: ?dark\) ?\{\s*:root ?\{([^}]*)\}`)
	rootTheme    = regexp.MustCompile(`:root ?\{([^}]*)\}`)
	customColour = regexp.MustCompile(`--([a-z-]+): ?(#[0-9a-fA-F]+)`)
)

// builtInThemes reads the colours of the stylesheet.
func builtInThemes(style []byte) (t themes, err error) {
	light, dark := rootTheme.FindSubmatch(style), darkTheme.FindSubmatch(style)
	if light == nil || dark == nil {
		return t, errors.New("the stylesheet has no colours of two themes")
	}
	t = themes{paletteOf(light[1]), paletteOf(dark[1])}
	for _, s := range shownColours {
		for _, p := range []palette{t.light, t.dark} {
			on, ok := p[s.on]
			under, too := p[s.under]
			if !ok || !too || contrast(on, under) < s.least {
				return t, fmt.Errorf("the stylesheet's %s on %s is missing or lacks contrast", s.on, s.under)
			}
		}
	}
	return t, nil
}

func paletteOf(block []byte) palette {
	p := palette{}
	for _, m := range customColour.FindAllSubmatch(block, -1) {
		if c, ok := parseColour(string(m[2])); ok {
			p[strings.ReplaceAll(string(m[1]), "-", "_")] = c
		}
	}
	return p
}

// readColours makes the style of a town's own colours. The problems are everything that is wrong with the file.
func readColours(data []byte, ours themes) (css string, problems []error) {
	f := &coloursOf{}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF), err == nil && len(doc.Content) == 0:
		return "", nil
	case err != nil:
		return "", []error{fmt.Errorf("%s: not YAML: %s", coloursFile, strings.TrimPrefix(err.Error(), "yaml: "))}
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		f.bad(second.Line, "a second document begins here; want one")
	}
	light, dark := f.themes(doc.Content[0])
	f.check("light", light, ours.light)
	f.check("dark", dark, ours.dark)
	if len(f.errs) > 0 {
		return "", f.errs
	}
	return coloursCSS(light, dark, ours), nil
}

// coloursOf is a file of colours that is read.
type coloursOf struct{ errs []error }

// given is a colour with its line.
type given struct {
	colour
	line int
}

func (f *coloursOf) bad(line int, format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf("%s:%d: %s", coloursFile, line, fmt.Sprintf(format, args...)))
}

func (f *coloursOf) themes(n *yaml.Node) (light, dark map[string]given) {
	light, dark = map[string]given{}, map[string]given{}
	f.pairs(n, "", []string{"light", "dark"}, func(key string, value *yaml.Node) {
		theme := map[string]map[string]given{"light": light, "dark": dark}[key]
		f.pairs(value, key+".", ownColours, func(name string, v *yaml.Node) {
			c, ok := parseColour(v.Value)
			if v.Kind != yaml.ScalarNode || !ok {
				f.bad(v.Line, `%s.%s: %q is not accepted; want a colour in quotes, as in "#0b4a6f"`, key, name, v.Value)
				return
			}
			theme[name] = given{c, v.Line}
		})
	})
	return light, dark
}

// pairs hands the keys of a mapping that are accepted to each, with their values.
func (f *coloursOf) pairs(n *yaml.Node, path string, accepted []string, each func(key string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.bad(n.Line, "%swant some of %s below it", strings.Replace(path, ".", ": ", 1), strings.Join(accepted, ", "))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(accepted, key.Value):
			f.bad(key.Line, "%s: unknown key; accepted: %s", path+key.Value, strings.Join(accepted, ", "))
		case seen[key.Value]:
			f.bad(key.Line, "%s: is given twice", path+key.Value)
		default:
			seen[key.Value] = true
			each(key.Value, value)
		}
	}
}

// check holds each pair of which a colour is given to the contrast that it needs.
func (f *coloursOf) check(theme string, own map[string]given, ours palette) {
	for _, s := range shownColours {
		on, onOwn := own[s.on]
		under, underOwn := own[s.under]
		if !onOwn && !underOwn {
			continue
		}
		name, line := s.on, on.line
		if !onOwn {
			on.colour, name, line = ours[s.on], s.under, under.line
		}
		if !underOwn {
			under.colour = ours[s.under]
		}
		if ratio := contrast(on.colour, under.colour); ratio < s.least {
			// Cut, not rounded: 4.499 is not 4.5.
			f.bad(line, "%s.%s: %s %v on %s %v has a contrast of %.2f:1; want at least %v:1", theme, name, s.on, on.colour, s.under, under.colour, float64(int(ratio*100))/100, s.least)
		}
	}
}

// coloursCSS is the style that puts them into force. It is behind the stylesheet, so what is on paper is left out, and a colour that is
// changed in the light is said again for the dark. The order is fixed: the style's hash is in the policy.
func coloursCSS(light, dark map[string]given, ours themes) string {
	var inLight, inDark strings.Builder
	for _, name := range ownColours {
		property := "--" + strings.ReplaceAll(name, "_", "-") + ":"
		l, changed := light[name]
		if changed {
			inLight.WriteString(property + l.String() + ";")
		}
		switch d, ok := dark[name]; {
		case ok:
			inDark.WriteString(property + d.String() + ";")
		case changed:
			inDark.WriteString(property + ours.dark[name].String() + ";")
		}
	}
	css := ""
	if inLight.Len() > 0 {
		css = "@media screen{:root{" + inLight.String() + "}}"
	}
	if inDark.Len() > 0 {
		css += "@media screen and (prefers-color-scheme:dark){:root{" + inDark.String() + "}}"
	}
	return css
}

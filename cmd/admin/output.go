package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// outputs are the forms of an answer. It is a constant table.
var outputs = []string{"table", "json", "yaml"}

// chooseOutput checks -o against --json.
func (a *app) chooseOutput() error {
	switch {
	case a.output == "":
		return nil
	case !slices.Contains(outputs, a.output):
		return usage(fmt.Errorf("-o %s: want table, json or yaml", a.output))
	case a.json && a.output != "json":
		return usage(fmt.Errorf("--json and -o %s: want one of them", a.output))
	}
	a.json = a.output != "table"
	return nil
}

// printJSON writes a value for programs: as JSON, or as YAML if that was asked for.
func (a *app) printJSON(v any) error {
	out, err := jsonText(v, "  ")
	if err != nil {
		return err
	}
	if a.output == "yaml" {
		if out, err = asYAML(out); err != nil {
			return err
		}
	}
	_, err = a.out.Write(out)
	return err
}

// jsonText is a value as JSON and a line feed, escaped.
func jsonText(v any, indent string) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escaped(text.String()), nil
}

// escaped is JSON that says the same. People look at it in terminals: what is no sign to see, as a control of a terminal or one that turns the
// direction of writing, is escaped. JSON itself asks for that below U+0020 only.
func escaped(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r == '\n' || unicode.IsGraphic(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

// asYAML writes JSON, which is YAML already, in the form that people read, its members in their order. Each document begins with ---, so
// that several can follow one another.
func asYAML(text []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	unstyle(&doc)
	var out bytes.Buffer
	out.WriteString("---\n")
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// truths are texts that readers of YAML 1.1 take for something else. The encoder knows YAML 1.2.
var truths = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)

// unstyle lets the encoder choose the form of each value: a text that looks like a number keeps its quotes by its tag.
func unstyle(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || !truths.MatchString(n.Value) {
		n.Style = 0
	}
	for _, child := range n.Content {
		unstyle(child)
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// readSchedule reads a schedule from a file, or from the standard input for -: YAML as in the configuration, or JSON. It may stand below
// the key schedule, as it does there.
func (a *app) readSchedule(name string) (plan.Schedule, error) {
	text, err := a.readFileOrInput(name)
	if err != nil {
		return plan.Schedule{}, fmt.Errorf("read the schedule: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return plan.Schedule{}, usage(fmt.Errorf("%s is neither YAML nor JSON: %w", name, err))
	}
	if len(doc.Content) == 0 {
		return plan.Schedule{}, usage(fmt.Errorf("%s is empty; admin plan clear takes a schedule away", name))
	}
	v, err := plainValue(doc.Content[0])
	if err != nil {
		return plan.Schedule{}, usage(fmt.Errorf("%s: %w", name, err))
	}
	if below, ok := v.(map[string]any); ok && len(below) == 1 && below["schedule"] != nil {
		v = below["schedule"]
	}
	if raw, err := json.Marshal(v); err != nil {
		return plan.Schedule{}, err
	} else if s, problems := plan.FromJSON(raw); len(problems) == 0 {
		return s, nil
	} else {
		bad := &operator.InvalidError{}
		for _, p := range problems {
			bad.Fields = append(bad.Fields, operator.FieldError{Field: p.Path, Detail: p.Text})
		}
		return plan.Schedule{}, usage(bad)
	}
}

func (a *app) readFileOrInput(name string) ([]byte, error) {
	const most = 1 << 20
	if name == "-" {
		return io.ReadAll(io.LimitReader(a.in, most))
	}
	return a.readFile(name)
}

// plainValue is a value of YAML as JSON has it. Clocks and dates are text, with or without quotes.
func plainValue(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := out[key]; twice {
				return nil, fmt.Errorf("line %d: %s is given twice", n.Content[i].Line, key)
			}
			v, err := plainValue(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			out[key] = v
		}
		return out, nil
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i := range n.Content {
			var err error
			if out[i], err = plainValue(n.Content[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case yaml.ScalarNode:
		return scalar(n), nil
	default:
		return nil, errors.New("line " + strconv.Itoa(n.Line) + ": anchors and aliases are not accepted")
	}
}

func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int":
		if number, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return number
		}
	}
	return n.Value
}

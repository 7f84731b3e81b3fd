package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/einlass/einlass/internal/suggest"
)

// nearest is the word of a list that is most like one that was typed, if one is near: about a third of it is different.
func nearest(typed string, list []string) string { return suggest.Nearest(typed, list, len(typed)/3+1) }

// slips are what people type in place of a value, by command, and the value that they mean. It is a constant table.
var slips = map[string]map[string]string{
	"max-inside": {"none": "0", "unlimited": "0", "off": "0", "-": "0", "-1": "0"},
	"burst":      {"0": "1", "none": "1", "off": "1"},
	"strict":     {"yes": "on", "true": "on", "1": "on", "no": "off", "false": "off", "0": "off"},
	"health":     {"on": "act", "yes": "act", "true": "act", "advice": "advise", "no": "off", "false": "off", "none": "off"},
}

// pausing is what people type as a rate at which nobody enters.
var pausing = regexp.MustCompile(`^(0+|none|off|stop|pause)$`)

// withUnit is a number with a unit or with separators of thousands.
var withUnit = regexp.MustCompile(`^([1-9]\d{0,2}(?:[.,' ]\d{3})*|[1-9]\d*)\s*(/|per|a|pro)?\s*(min|minute|m|people|places)?$`)

// meant adds to an error about a value the command that was probably meant.
func meant(s *setter, args []string, err error) error {
	name, _, _ := strings.Cut(s.use, " ")
	if len(args) != 2 {
		return err
	}
	typed, like := strings.ToLower(strings.TrimSpace(args[1])), ""
	switch value := slips[name][typed]; {
	case value != "":
		like = name + " " + args[0] + " " + value
	case name == "rate" && pausing.MatchString(typed):
		like = "pause " + args[0]
	case s.size != nil && withUnit.MatchString(typed):
		digits := strings.NewReplacer(".", "", ",", "", "'", "", " ", "").Replace(withUnit.FindStringSubmatch(typed)[1])
		if digits != typed {
			like = name + " " + args[0] + " " + digits
		}
	case s.words != nil:
		if word := nearest(typed, s.words); word != "" {
			like = name + " " + args[0] + " " + word
		}
	}
	if like == "" {
		return err
	}
	return fmt.Errorf("%w: did you mean `admin %s`?", err, clean(like))
}

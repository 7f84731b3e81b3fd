package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// FromJSON reads a schedule that a person has written as JSON, or null for none. Members that are unknown or of another type are
// problems, all at once; what the values mean is for Parse.
func FromJSON(text []byte) (s Schedule, problems []Problem) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return s, []Problem{problem("", ProblemJSON)}
	}
	if v == nil {
		return s, nil
	}
	r := reader{}
	r.shape("", v, reflect.TypeFor[Schedule]())
	if len(r.problems) > 0 {
		return s, r.problems
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return Schedule{}, []Problem{{Text: err.Error()}} // a number beyond 64 bits
	}
	return s, nil
}

// shape holds a value to the type that it is read into, by the names of JSON.
func (r *reader) shape(path string, v any, want reflect.Type) {
	if v == nil && path != "" {
		return // as if it were not there
	}
	switch want.Kind() {
	case reflect.Pointer:
		r.shape(path, v, want.Elem())
	case reflect.Struct:
		members, ok := v.(map[string]any)
		if !ok {
			r.bad(path, ProblemObject)
			return
		}
		r.members(path, members, want)
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			r.bad(path, ProblemList)
			return
		}
		for i := range list {
			r.shape(fmt.Sprintf("%s[%d]", path, i), list[i], want.Elem())
		}
	case reflect.String:
		if _, ok := v.(string); !ok {
			r.bad(path, ProblemText)
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			r.bad(path, ProblemTruth)
		}
	default:
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			r.bad(path, ProblemWhole)
		}
	}
}

// members holds those of an object to the fields of a struct, in the order of the fields; unknown ones come last, in their own.
func (r *reader) members(path string, has map[string]any, want reflect.Type) {
	if path != "" {
		path += "."
	}
	var names []string
	for i := range want.NumField() {
		name, _, _ := strings.Cut(want.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
		if v, ok := has[name]; ok {
			r.shape(path+name, v, want.Field(i).Type)
		}
	}
	for _, name := range unknown(has, names) {
		r.bad(path+name, ProblemUnknown, strings.Join(names, ", "))
	}
}

// unknown are the members that have no field.
func unknown(has map[string]any, names []string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(has)), func(name string) bool { return slices.Contains(names, name) })
}

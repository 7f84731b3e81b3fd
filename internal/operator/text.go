package operator

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/plain"
)

// textProblems are the strings of a change or an act that are not plain text, by the rule of the configuration file, each by its name in
// JSON. A member with the tag text:"lines" may have several lines, any other one. It goes by reflection, so that no member is
// forgotten.
func textProblems(v any) []FieldError { return textsBelow("", plain.Line, reflect.ValueOf(v)) }

func textsBelow(path string, rule func(string) string, v reflect.Value) (bad []FieldError) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			bad = textsBelow(path, rule, v.Elem())
		}
	case reflect.String:
		if detail := rule(v.String()); detail != "" {
			bad = []FieldError{{Field: path, Detail: detail}}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			bad = append(bad, textsBelow(fmt.Sprintf("%s[%d]", path, i), rule, v.Index(i))...)
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }) {
			bad = append(bad, textsBelow(path+"."+key.String(), rule, v.MapIndex(key))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			rule := plain.Line
			if f.Tag.Get("text") == "lines" {
				rule = plain.Text
			}
			at := path
			if name != "" && path != "" {
				at = path + "." + name
			} else if name != "" {
				at = name
			}
			bad = append(bad, textsBelow(at, rule, v.Field(i))...)
		}
	}
	return bad
}

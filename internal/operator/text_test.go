package operator_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// eachString calls f with each string that a value holds, by its name in JSON. Empty lists get an element first.
func eachString(path string, v reflect.Value, f func(path string, v reflect.Value, tag reflect.StructTag), tag reflect.StructTag) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		eachString(path, v.Elem(), f, tag)
	case reflect.String:
		f(path, v, tag)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		eachString(path+"[0]", v.Index(0), f, tag)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !field.IsExported() || name == "-" || field.Type.PkgPath() == "time" {
				continue
			}
			at := strings.TrimPrefix(path+"."+name, ".")
			eachString(strings.TrimSuffix(at, "."), v.Field(i), f, field.Tag)
		}
	}
}

func named(bad []operator.FieldError, path string) bool {
	for _, b := range bad {
		if b.Field == path && (strings.Contains(b.Detail, "control character") || strings.Contains(b.Detail, "line break")) {
			return true
		}
	}
	return false
}

// Whatever string a change or an act carries, a new member too, the service refuses what no page and no log can show.
func TestNoTextCarriesControlCharacters(t *testing.T) {
	h := newHouse(t)
	ctx := h.as(admin)
	ask := func(v any) error {
		if c, ok := v.(*operator.Change); ok {
			_, err := h.Change(ctx, "termine", *c)
			return err
		}
		_, err := h.Debug(ctx, "termine", v.(operator.DebugAct))
		return err
	}
	tried := map[string]bool{}
	for _, v := range []any{
		&operator.Change{}, &operator.DebugPlan{}, &operator.DebugReveal{}, &operator.DebugJoin{}, &operator.DebugReport{}, &operator.DebugFind{}, &operator.DebugMove{},
	} {
		kind := reflect.TypeOf(v).Elem()
		eachString("", reflect.New(kind).Elem(), func(path string, _ reflect.Value, tag reflect.StructTag) {
			lines := tag.Get("text") == "lines"
			for text, bad := range map[string]bool{
				"\x1b[2J": true, "a\x00": true, "\u0085": true, "a\xff": true, "a\r\nb": true, "a\nb": !lines, "a\tb": !lines, "Grüße – 11 Uhr": false,
			} {
				fresh := reflect.New(kind)
				eachString("", fresh.Elem(), func(at string, to reflect.Value, _ reflect.StructTag) {
					if at == path {
						to.SetString(text)
					}
				}, "")
				err := ask(fresh.Interface())
				var invalid *operator.InvalidError
				if got := errors.As(err, &invalid) && named(invalid.Fields, path); got != bad {
					t.Errorf("%s %s %q: %v", kind.Name(), path, text, err)
				}
				if bad && !errors.Is(err, queue.ErrInvalid) {
					t.Errorf("%s %s %q: %v", kind.Name(), path, text, err)
				}
			}
			tried[kind.Name()+" "+path] = true
		}, "")
	}
	for _, want := range []string{"Change message", "Change reason", "Change mode", "DebugPlan steps[0].opening", "DebugReveal opening", "DebugMove reason"} {
		if !tried[want] {
			t.Errorf("%s was not tried, only %v", want, tried)
		}
	}
}

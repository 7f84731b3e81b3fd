package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/einlass/einlass/pkg/queue"
)

// takeOver converts a room of the releases before, whose fields and values these are, step by step until it is whole or another
// gateway has made it so. Other verbs of any room go in between. What its operators have set goes on; the watermark's document
// says what those releases did not keep. Whoever is stopped on the way leaves the rest to the next Restore.
func (s *Store) takeOver(ctx context.Context, m *queue.Watermark, fields []any) error {
	d, err := oldDocument(&m.Document, fields)
	if err != nil {
		return fmt.Errorf("restore: room of an earlier release: %w", outage(err))
	}
	args, err := packDocument(&d)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	args = append(append([]any{d.Version, d.Version}, args...), packCurves(&m.Curves), taken)
	for more := true; more; {
		err := s.verb(ctx, "restore", nil, s.scripts.upgrade, func(r *reader) error {
			more = !r.changed && r.int() == 1
			return r.end()
		}, func() []any { return args })
		if err != nil {
			return err
		}
	}
	return nil
}

// oldDocument is the document of a room of the releases before.
func oldDocument(next *queue.Document, fields []any) (queue.Document, error) {
	values := map[string]string{}
	for i := 0; i+1 < len(fields); i += 2 {
		name, _ := fields[i].(string)
		values[name], _ = fields[i+1].(string)
	}
	var broken error
	number := func(name string) int64 {
		n, err := strconv.ParseInt(values[name], 10, 64)
		if err != nil {
			broken = fmt.Errorf("%s: %w", name, err)
		}
		return n
	}
	d := *next
	d.Version = number("version")
	d.Pace = queue.Pace{
		Mode: queue.Mode(values["mode"]), Rate: number("rate"), MaxInside: number("max_inside"), Burst: number("burst"),
		Strict: next.Pace.Strict,
	}
	settings := queue.Settings{Message: values["message"], ValuesHash: values["seed"], Notes: values["notes"]}
	d.Settings = settings.Encode()
	if broken == nil {
		broken = d.Validate()
	}
	return d, broken
}

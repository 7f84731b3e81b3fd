package redisstore

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Figures of a room are kept as packed doubles: Redis hands them to a script as one value, and a script takes them apart in
// one call. Every number is an integer below 2^53, so a double is exact.

// layout names the numbers of one packed value; "weight*8" is a list of eight.
type layout []string

// documentFigures is what stores read of a document.
var documentFigures = layout(strings.Fields(
	"run rate max_inside burst strict closed limit absent confirm window lead active page idle max resume life hold grace"))

// openingFigures are numbers of an opening record that Restore brings together.
var openingFigures = "cursor phase quota per standby share weight*8 floor mapping planned"

// The packed values.
var (
	// figures are changed by visitors' verbs. sunk: there may be places below the floor. stirred and sketched: see sketch.lua.
	figures = layout(strings.Fields("epoch last given credit callcredit mark tick hold born made format " +
		"joined called admitted finished left booked reports sunk stirred sketched"))
	// rules are set by operators, the plan and the judgement of the site's health. due: when the next step of the plan is.
	rules = layout(append(append([]string{"version"}, documentFigures...),
		strings.Fields(openingFigures+" factor judged due segments draws")...))
	// watermark is what a gateway remembers in numbers.
	watermark = layout(strings.Fields("epoch last ceiling hold booked reports " + openingFigures + " head*8 number*8"))
	// lanes are the heads, their numbers and the turns.
	lanes = layout{"head*8", "number*8", "turn*8"}
)

// parts are the names of the numbers, and how many each is.
func (l layout) parts(each func(name string, n int)) {
	for _, name := range l {
		name, list := strings.CutSuffix(name, "*8")
		if list {
			each(name, 8)
		} else {
			each(name, 1)
		}
	}
}

// size is how many numbers there are.
func (l layout) size() (n int) {
	l.parts(func(_ string, k int) { n += k })
	return n
}

// format is the value's format as Lua's struct library takes it.
func (l layout) format() string { return ">" + strings.Repeat("d", l.size()) }

// lua is the reader and the writer of the value in Lua: read_<name>(text), write_<name>(table).
func (l layout) lua(name string) (reader, writer string) {
	var vars, fields, values []string
	l.parts(func(field string, k int) {
		var list, elements []string
		for i := range k {
			v := fmt.Sprintf("v%d", len(vars))
			vars, list = append(vars, v), append(list, v)
			elements = append(elements, fmt.Sprintf("t.%s[%d]", field, i+1))
		}
		if k > 1 {
			fields = append(fields, fmt.Sprintf("%s = { %s }", field, strings.Join(list, ", ")))
			values = append(values, elements...)
			return
		}
		fields, values = append(fields, field+" = "+list[0]), append(values, "t."+field)
	})
	reader = fmt.Sprintf("local function read_%s(s)\n  local %s = struct.unpack('%s', s)\n  return { %s }\nend\n",
		name, strings.Join(vars, ", "), l.format(), strings.Join(fields, ", "))
	writer = fmt.Sprintf("local function write_%s(t)\n  return struct.pack('%s', %s)\nend\n",
		name, l.format(), strings.Join(values, ", "))
	return reader, writer
}

// packed are the numbers of one value by name.
type packed map[string][]float64

// pack writes a value. A number that is not given is 0.
func (l layout) pack(values packed) []byte {
	text := make([]byte, 0, 8*l.size())
	l.parts(func(name string, n int) {
		for i := range n {
			v := 0.0
			if list := values[name]; i < len(list) {
				v = list[i]
			}
			text = binary.BigEndian.AppendUint64(text, math.Float64bits(v))
		}
	})
	return text
}

// unpack reads a value; false: it has another length, or a number that is no integer.
func (l layout) unpack(text string) (packed, bool) {
	if len(text) != 8*l.size() {
		return nil, false
	}
	values, whole := packed{}, true
	l.parts(func(name string, n int) {
		list := make([]float64, n)
		for i := range list {
			list[i] = math.Float64frombits(binary.BigEndian.Uint64([]byte(text[:8])))
			whole = whole && list[i] == math.Trunc(list[i]) && math.Abs(list[i]) < 1<<53
			text = text[8:]
		}
		values[name] = list
	})
	return values, whole
}

// int is a single number.
func (p packed) int(name string) int64 { return int64(p[name][0]) }

// uint is one that is not negative.
func (p packed) uint(name string) uint64 { return uint64(p.int(name)) }

// set puts a number in.
func (p packed) set(name string, n int64) { p[name] = []float64{float64(n)} }

// flag is a number for yes or no.
func flag(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// setAll puts a list in.
func setAll[T ~int64 | ~uint64](p packed, name string, list []T) {
	for _, n := range list {
		p[name] = append(p[name], float64(n))
	}
}

// getAll takes a list out.
func getAll[T ~int64 | ~uint64](p packed, name string, list []T) {
	for i, n := range p[name] {
		list[i] = T(n)
	}
}

package splice

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unpacked(t interface{ Fatal(...any) }, file []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// filled puts values between constants.
func filled(constants [][]byte, values []string) (text []byte, lengths []int) {
	for i, c := range constants {
		text = append(text, c...)
		if i < len(values) {
			text = append(text, values[i]...)
			lengths = append(lengths, len(values[i]))
		}
	}
	return text, lengths
}

func TestWhatIsSplicedUnpacksToTheText(t *testing.T) {
	words := rapid.SampledFrom([]string{"<p>", "hidden", "</p>\n", `<div class="facts">`, "ä", "\x00", "a", "Warteschlange ", strings.Repeat("x", 300)})
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(words, 0, 10).Draw(t, "words"), "") })
	rapid.Check(t, func(t *rapid.T) {
		constants := [][]byte{}
		for _, c := range rapid.SliceOfN(text, 1, 8).Draw(t, "constants") {
			constants = append(constants, []byte(c))
		}
		values := make([]string, len(constants)-1)
		leads := make([][]byte, rapid.IntRange(0, len(values)).Draw(t, "leads"))
		for i := range values {
			values[i] = rapid.OneOf(rapid.Just(""), rapid.String(), text).Draw(t, "value")
			if i < len(leads) {
				leads[i] = []byte(text.Draw(t, "lead"))
				if rapid.Bool().Draw(t, "leads") {
					values[i] = string(leads[i]) + values[i]
				}
			}
		}
		head, tail := text.Draw(t, "head"), text.Draw(t, "tail")
		tmpl, err := NewTemplate(NewBlock([]byte(head)), constants, leads, NewBlock([]byte(tail)))
		if err != nil {
			t.Fatal(err)
		}
		middle, lengths := filled(constants, values)
		if got := unpacked(t, tmpl.Append(nil, middle, lengths)); string(got) != head+string(middle)+tail {
			t.Fatalf("%q instead of %q", got, head+string(middle)+tail)
		}
	})
}

// A value may stand between a constant and what that one repeats, and be longer than any repetition can reach.
func TestALongValueIsNoFault(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 32700, 32767, 32768, 32769, 100_000} {
		value := make([]byte, size)
		for i := range value {
			value[i] = byte(random.Uint32())
		}
		const words = "the same words, again and again"
		constants := [][]byte{[]byte(words), []byte(words)}
		tmpl, err := NewTemplate(NewBlock([]byte("head")), constants, nil, NewBlock([]byte(words+", tail")))
		if err != nil {
			t.Fatal(err)
		}
		middle, lengths := filled(constants, []string{string(value)})
		if got := unpacked(t, tmpl.Append([]byte("before"), middle, lengths)[len("before"):]); string(got) != "head"+string(middle)+words+", tail" {
			t.Fatalf("%d bytes: another text", size)
		}
	}
}

// What stands before, in whatever part of the file, is not sent once more.
func TestEachPartRepeatsWhatStandsInOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := make([]byte, 2000)
	for i := range words {
		words[i] = 'a' + byte(random.IntN(26))
	}
	size := func(head, constant, tail []byte) int {
		tmpl, err := NewTemplate(NewBlock(head), [][]byte{[]byte("<p>"), constant}, nil, NewBlock(tail))
		if err != nil {
			t.Fatal(err)
		}
		middle, lengths := filled([][]byte{[]byte("<p>"), constant}, []string{"value"})
		file := tmpl.Append(nil, middle, lengths)
		if got := unpacked(t, file); !bytes.Equal(got, slices.Concat(head, middle, tail)) {
			t.Fatal("another text")
		}
		return len(file)
	}
	once := size(words, nil, nil)
	if twice, thrice := size(words, words, nil), size(words, words, words); twice > once+100 || thrice > once+200 {
		t.Errorf("%d bytes once, %d twice, %d three times", once, twice, thrice)
	}
}

// The compressed length tells of a value what its bytes take by themselves, and nothing of what it has in common with others.
func TestNoValueIsComparedWithAnother(t *testing.T) {
	constants := [][]byte{[]byte(`<a href="`), []byte(`">code 7KQ4-M2PX, key `), []byte("</a>")}
	tmpl, err := NewTemplate(NewBlock(nil), constants, nil, NewBlock(nil))
	if err != nil {
		t.Fatal(err)
	}
	length := func(values ...string) int {
		middle, lengths := filled(constants, values)
		return len(tmpl.Append(nil, middle, lengths))
	}
	const secret = "4f3a99c2e17b"
	same, other := length(secret, secret), length("b71e2c99a3f4", secret)
	if same != other {
		t.Errorf("%d bytes if a guess is right, %d if its bytes are in another order", same, other)
	}
}

// A lead costs a repetition where a value begins with it, and nothing where none does; it is not repeated itself, as it may be missing.
func TestALeadCostsLittleWhereAValueBeginsWithIt(t *testing.T) {
	const lead = "/.einlass/wait?room=termine&amp;to=/"
	constants := [][]byte{[]byte(`<a href="` + lead + `">`), []byte(`"><a href="`), []byte(lead)}
	size := func(leads [][]byte, value string) int {
		tmpl, err := NewTemplate(NewBlock(nil), constants, leads, NewBlock(nil))
		if err != nil {
			t.Fatal(err)
		}
		middle, lengths := filled(constants, []string{value, "x"})
		file := tmpl.Append(nil, middle, lengths)
		if got := unpacked(t, file); !bytes.Equal(got, middle) {
			t.Fatalf("%q instead of %q", got, middle)
		}
		return len(file)
	}
	leads := [][]byte{[]byte(lead)}
	const most = 4 // bytes, of a repetition and of codes that it makes longer
	if led, none := size(leads, lead+"a"), size(leads, "a"); led > none+most {
		t.Errorf("%d bytes with the lead, %d without", led, none)
	}
	if led, none := size(leads, lead+"a"), size(nil, lead+"a"); led+len(lead)/2 > none {
		t.Errorf("%d bytes with a lead that is known, %d without", led, none)
	}
}

func TestMoreConstantsThanATemplateTakesAreRefused(t *testing.T) {
	for _, n := range []int{0, mostParts + 1} {
		if _, err := NewTemplate(NewBlock(nil), make([][]byte, n), nil, NewBlock(nil)); err == nil {
			t.Errorf("%d constants were taken", n)
		}
	}
	constants := make([][]byte, mostParts)
	for i := range constants {
		constants[i] = fmt.Appendf(nil, `<p id="%d">`, i)
	}
	tmpl, err := NewTemplate(NewBlock(nil), constants, nil, NewBlock(nil))
	if err != nil {
		t.Fatal(err)
	}
	middle, lengths := filled(constants, strings.Split(strings.Repeat("a ", mostParts-2)+"b", " "))
	if got := unpacked(t, tmpl.Append(nil, middle, lengths)); !bytes.Equal(got, middle) {
		t.Error("another text")
	}
}

// Frequencies of Fibonacci make the longest codes that there are.
func TestNoCodeIsLongerThanAllowed(t *testing.T) {
	often := make([]int, symbols)
	a, b := 1, 1
	for i := range 40 {
		often[i] = a
		a, b = b, a+b
	}
	for _, limit := range []uint8{7, 15} {
		sum := 0.0
		for s, n := range codeLengths(often, limit) {
			if n > limit || n == 0 != (often[s] == 0) {
				t.Errorf("symbol %d has a code of %d bits", s, n)
			}
			if n > 0 {
				sum += 1 / float64(int(1)<<n)
			}
		}
		if sum != 1 {
			t.Errorf("the codes fill %v of what there is", sum)
		}
	}
}

func FuzzSplice(f *testing.F) {
	f.Add([]byte("head"), []byte("<p>\x00</p><p>\x00</p>"), []byte("value"), []byte("tail"))
	f.Fuzz(func(t *testing.T, head, constants, value, tail []byte) {
		parts := bytes.Split(constants, []byte{0})
		if len(parts) > mostParts {
			return
		}
		tmpl, err := NewTemplate(NewBlock(head), parts, nil, NewBlock(tail))
		if err != nil {
			t.Fatal(err)
		}
		values := make([]string, len(parts)-1)
		for i := range values {
			values[i] = string(value[:len(value)/(i+1)])
		}
		middle, lengths := filled(parts, values)
		if got := unpacked(t, tmpl.Append(nil, middle, lengths)); string(got) != string(head)+string(middle)+string(tail) {
			t.Fatal("another text")
		}
	})
}

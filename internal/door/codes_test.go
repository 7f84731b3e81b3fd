package door_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/door"
)

const signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

func TestACodeSaysWhatItsBatchSays(t *testing.T) {
	source := sourceOf(t, "k1", "k0")
	codes := codesOf(
		t, source,
		batch(1, func(b *door.Batch) { b.Uses = 4 }),
		batch(7, func(b *door.Batch) { b.Group, b.Kid, b.Count = "over80", "k1", door.MaxCount }),
		batch(1023, nil),
	)
	ids := map[[16]byte]string{}
	for _, want := range []struct {
		batch  uint16
		serial uint32
		group  string
		uses   uint8
	}{{1, 0, "residents", 4}, {1, 99, "residents", 4}, {7, 0, "over80", 1}, {7, door.MaxCount - 1, "over80", 1}, {1023, 5, "residents", 1}} {
		text := code(t, codes, want.batch, want.serial)
		if !regexp.MustCompile(`^([` + signs + `]{4}-){3}[` + signs + `]{4}$`).MatchString(text) {
			t.Errorf("it is printed as %q", text)
		}
		e, err := codes.Check(text, noon)
		if err != nil || e.Group != want.group || e.Uses != want.uses || e.Batch != want.batch || e.Serial != want.serial {
			t.Errorf("batch %d, serial %d: %+v, %v", want.batch, want.serial, e, err)
		}
		if other, twice := ids[e.Code]; twice || e.Code == [16]byte{} {
			t.Errorf("%s and %s are one for the store", text, other)
		}
		ids[e.Code] = text
		if again, _ := codes.Check(text, noon+hour); again.Code != e.Code {
			t.Errorf("%s is another one for the store later", text)
		}
	}
}

func TestACodeIsReadHoweverItIsWritten(t *testing.T) {
	codes := codesOf(t, sourceOf(t, "k0"), batch(1, nil))
	printed := code(t, codes, 1, 42)
	for _, text := range []string{
		printed, strings.ToLower(printed), strings.ReplaceAll(printed, "-", ""), strings.ReplaceAll(printed, "-", " "),
		" " + strings.ReplaceAll(printed, "-", "\u2011") + "\n", strings.ReplaceAll(printed, "-", "\u00a0–\u00a0"), strings.Join(strings.Split(printed, ""), " "),
	} {
		if e, err := codes.Check(text, noon); err != nil || e.Serial != 42 {
			t.Errorf("%q: %+v, %v", text, e, err)
		}
	}
}

// A slip is told from a guess, so that whoever mistypes is told so, and is not counted among those who guess.
func TestEverySlipIsATypo(t *testing.T) {
	codes := codesOf(t, sourceOf(t, "k0"), batch(1, func(b *door.Batch) { b.Count = 50 }))
	for serial := range uint32(50) {
		text := strings.ReplaceAll(code(t, codes, 1, serial), "-", "")
		for i := range text {
			for _, sign := range signs {
				if wrong := text[:i] + string(sign) + text[i+1:]; wrong != text {
					isTypo(t, codes, wrong)
				}
			}
			for j := range i {
				if text[i] != text[j] {
					swapped := []byte(text)
					swapped[i], swapped[j] = swapped[j], swapped[i]
					isTypo(t, codes, string(swapped))
				}
			}
			isTypo(t, codes, text[:i]+text[i+1:])
			for _, sign := range "01OILoilÄ_?\x00\xff😀" {
				isTypo(t, codes, text[:i]+string(sign)+text[i+1:])
			}
		}
		isTypo(t, codes, text+"2")
	}
	isTypo(t, codes, "")
	isTypo(t, codes, strings.Repeat(" ", 200)+code(t, codes, 1, 0))
}

func isTypo(t *testing.T, codes *door.Codes, text string) {
	t.Helper()
	if _, err := codes.Check(text, noon); !errors.Is(err, door.ErrTypo) {
		t.Errorf("%q: %v, want a typo", text, err)
	}
}

func TestACodeCountsAsLongAsItsBatchDoes(t *testing.T) {
	source := sourceOf(t, "k0")
	for _, c := range []struct {
		name   string
		change func(*door.Batch)
		at     int64
		want   error
	}{
		{"before", func(b *door.Batch) { b.From = noon }, noon - 1, door.ErrNotYet},
		{"from then on", func(b *door.Batch) { b.From = noon }, noon, nil},
		{"until then", func(b *door.Batch) { b.Until = noon }, noon - 1, nil},
		{"afterwards", func(b *door.Batch) { b.Until = noon }, noon, door.ErrExpired},
		{"withdrawn", func(b *door.Batch) { b.Revoked = true }, noon, door.ErrRevoked},
		{"withdrawn before it began", func(b *door.Batch) { b.Revoked, b.From = true, noon }, noon - 1, door.ErrRevoked},
		{"withdrawn alone", func(b *door.Batch) { b.Singles = []uint32{3, 42} }, noon, door.ErrRevoked},
		{"another one withdrawn", func(b *door.Batch) { b.Singles = []uint32{41, 43} }, noon, nil},
	} {
		codes := codesOf(t, source, batch(1, c.change))
		e, err := codes.Check(code(t, codes, 1, 42), c.at)
		if !errors.Is(err, c.want) || e.Group != "residents" || e.Serial != 42 {
			t.Errorf("%s: %+v, %v, want %v", c.name, e, err, c.want)
		}
	}
}

func TestACodeOfSomethingElseIsNotKnown(t *testing.T) {
	source := sourceOf(t, "k0")
	codes := codesOf(t, source, batch(1, nil), batch(2, func(b *door.Batch) { b.Count = 10 }))
	wrong := func(name, text string) {
		t.Helper()
		if e, err := codes.Check(text, noon); !errors.Is(err, door.ErrWrong) || e != (door.Entry{}) {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	elsewhere, err := door.NewCodes(source, "elsewhere", door.Batches{batch(1, nil)})
	if err != nil {
		t.Fatal(err)
	}
	wrong("of another room", code(t, elsewhere, 1, 0))
	wrong("of another key", code(t, codesOf(t, sourceOf(t, "k1"), batch(1, func(b *door.Batch) { b.Kid = "k1" })), 1, 0))
	both := sourceOf(t, "k0", "k1")
	mine := codesOf(t, both, batch(1, nil), batch(2, func(b *door.Batch) { b.Kid = "k1" }))
	if e, err := mine.Check(code(t, codesOf(t, both, batch(1, func(b *door.Batch) { b.Kid = "k1" })), 1, 0), noon); !errors.Is(err, door.ErrWrong) {
		t.Errorf("of the key of another batch: %+v, %v", e, err)
	}
	wrong("of a batch that is not there", code(t, codesOf(t, source, batch(3, nil)), 3, 0))
	wrong("beyond the count", code(t, codesOf(t, source, batch(2, nil)), 2, 10))
	wrong("of the batch that had the id before", code(t, codesOf(t, source, batch(1, func(b *door.Batch) { b.Made++ })), 1, 0))
	wrong("above all bodies", strings.Repeat("Z", 15)+"D")
}

func TestTheKeyOfABatchIsThatOfItsRing(t *testing.T) {
	source := sourceOf(t, "k1", "k0")
	codes := codesOf(t, source, batch(1, nil), batch(2, func(b *door.Batch) { b.Kid = "k2" }))
	text := code(t, codes, 1, 0)
	if !codes.Known(1) || codes.Known(2) || codes.Known(3) {
		t.Errorf("known: %v, %v, %v", codes.Known(1), codes.Known(2), codes.Known(3))
	}
	for _, id := range []uint16{2, 3} {
		if _, err := codes.Printer(id); !errors.Is(err, door.ErrWrong) {
			t.Errorf("a printer of batch %d: %v", id, err)
		}
	}
	if err := source.Replace(ringOf(t, "k2")); err != nil {
		t.Fatal(err)
	}
	if _, err := codes.Check(text, noon); !errors.Is(err, door.ErrWrong) || codes.Known(1) || !codes.Known(2) {
		t.Errorf("when the key is gone: %v", err)
	}
	if err := source.Replace(ringOf(t, "k2", "k0")); err != nil {
		t.Fatal(err)
	}
	if _, err := codes.Check(text, noon); err != nil {
		t.Errorf("when the key is back: %v", err)
	}
}

// What the codes of a batch have in common would help whoever has two of them.
func TestCodesInARowDoNotLookAlike(t *testing.T) {
	codes := codesOf(t, sourceOf(t, "k0"), batch(1, func(b *door.Batch) { b.Count = 2000 }))
	var same, pairs int
	before := code(t, codes, 1, 0)
	for serial := uint32(1); serial < 2000; serial++ {
		text := code(t, codes, 1, serial)
		for i := range text {
			if text[i] != '-' {
				pairs++
				if text[i] == before[i] {
					same++
				}
			}
		}
		before = text
	}
	if share := float64(same) / float64(pairs); share > 1.2/float64(len(signs)) {
		t.Errorf("%.4f of the signs are those of the code before, by chance %.4f", share, 1/float64(len(signs)))
	}
}

// Even guesses that are no typos hit nothing: 2^20 codes among 2^74, and a gateway takes a few a minute.
func TestGuessesHitNothing(t *testing.T) {
	codes := codesOf(t, sourceOf(t, "k0"), batch(1, func(b *door.Batch) { b.Count = door.MaxCount }))
	random := rand.New(rand.NewPCG(1, 2))
	for range guesses {
		text, sum := make([]byte, 16), 0
		for i := range 15 {
			n := random.IntN(len(signs))
			text[i], sum = signs[n], sum+(16-i)*n
		}
		text[15] = signs[(31-sum%31)%31]
		if e, err := codes.Check(string(text), noon); !errors.Is(err, door.ErrWrong) {
			t.Fatalf("%s: %+v, %v", text, e, err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	codes := codesOf(b, sourceOf(b, "k0"), batch(1, nil))
	good := code(b, codes, 1, 42)
	other := code(b, codesOf(b, sourceOf(b, "k0"), batch(2, nil)), 2, 42)
	for name, text := range map[string]string{"good": good, "wrong": other, "typo": good[:18] + "0"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = codes.Check(text, noon)
			}
		})
	}
}

func BenchmarkPrint(b *testing.B) {
	codes := codesOf(b, sourceOf(b, "k0"), batch(1, func(b *door.Batch) { b.Count = door.MaxCount }))
	printer, err := codes.Printer(1)
	if err != nil {
		b.Fatal(err)
	}
	var text []byte
	b.ReportAllocs()
	serial := uint32(0)
	for b.Loop() {
		text = printer.Append(text[:0], serial%door.MaxCount)
		serial++
	}
}

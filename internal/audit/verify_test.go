package audit

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorded is a record of 260 acts with heads at 101, 202 and the end.
func recorded(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 0)
	w.acts(260)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

// forge writes the hashes of all lines from one on anew, on request also those in heads, as somebody can who has no key.
func forge(t *testing.T, rows []string, from int, heads bool) []string {
	t.Helper()
	before, err := parse([]byte(rows[from-1]))
	if err != nil {
		t.Fatal(err)
	}
	hash := before.stored
	for i := from; i < len(rows); i++ {
		cut := len(rows[i]) - hashSize
		body := rows[i][:cut] + "}"
		if r, err := parse([]byte(rows[i])); err == nil && r.Head != nil && heads {
			body = strings.Replace(body, r.Head.Hash.String(), hash.String(), 1)
		}
		hash = hash.then([]byte(body))
		rows[i] = body[:len(body)-1] + hashMember + hash.String() + `"}`
	}
	return rows
}

func TestVerifyNamesTheFirstThingThatWasDone(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(t *testing.T, rows []string) []string
		kind string
		seq  uint64
	}{
		{"a changed line", func(_ *testing.T, rows []string) []string {
			rows[49] = strings.Replace(rows[49], "120", "121", 1)
			return rows
		}, FaultChanged, 50},
		{"a changed letter of a hash", func(_ *testing.T, rows []string) []string {
			flip := map[byte]string{'0': "1"}[rows[49][len(rows[49])-3]]
			if flip == "" {
				flip = "0"
			}
			rows[49] = rows[49][:len(rows[49])-3] + flip + `"}`
			return rows
		}, FaultChanged, 50},
		{"a line that is no JSON", func(_ *testing.T, rows []string) []string {
			rows[49] = "gone"
			return rows
		}, FaultChanged, 0},
		{"a changed line with all hashes after it", func(t *testing.T, rows []string) []string {
			rows[49] = strings.Replace(rows[49], "120", "121", 1)
			return forge(t, rows, 49, false)
		}, FaultSignature, 101},
		{"the same with the hashes in the heads", func(t *testing.T, rows []string) []string {
			rows[49] = strings.Replace(rows[49], "120", "121", 1)
			return forge(t, rows, 49, true)
		}, FaultSignature, 101},
		{"the same without the heads", func(t *testing.T, rows []string) []string {
			rows[109] = strings.Replace(rows[109], "120", "121", 1)
			rows = slices.DeleteFunc(rows, func(row string) bool { return strings.Contains(row, `"head":`) && !strings.Contains(row, `"seq":101,`) })
			for i := range rows {
				r, err := parse([]byte(rows[i]))
				if err != nil {
					t.Fatal(err)
				}
				rows[i] = strings.Replace(rows[i], fmt.Sprintf(`"seq":%d,`, r.Seq), fmt.Sprintf(`"seq":%d,`, i+1), 1)
			}
			return forge(t, rows, 101, false)
		}, FaultUnsigned, 203},
		{"a missing line", func(_ *testing.T, rows []string) []string { return slices.Delete(rows, 49, 50) }, FaultMissing, 51},
		{"missing lines", func(_ *testing.T, rows []string) []string { return slices.Delete(rows, 49, 60) }, FaultMissing, 61},
		{"a missing first line", func(_ *testing.T, rows []string) []string { return rows[1:] }, FaultMissing, 2},
		{"a missing head", func(_ *testing.T, rows []string) []string { return slices.Delete(rows, 100, 101) }, FaultMissing, 102},
		{"two lines that changed places", func(_ *testing.T, rows []string) []string {
			rows[49], rows[50] = rows[50], rows[49]
			return rows
		}, FaultReordered, 51},
		{"a line that was moved back", func(_ *testing.T, rows []string) []string {
			moved := rows[49]
			return slices.Insert(slices.Delete(rows, 49, 50), 79, moved)
		}, FaultReordered, 51},
		{"a line twice", func(_ *testing.T, rows []string) []string { return slices.Insert(rows, 50, rows[49]) }, FaultReordered, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := recorded(t)
			edit(t, w.files()[0], func(rows []string) []string { return c.edit(t, rows) })
			f := w.verify().Fault
			if f == nil || f.Kind != c.kind || f.Seq != c.seq {
				t.Fatalf("the fault is %+v, want %s at %d", f, c.kind, c.seq)
			}
			if f.Text == "" || f.File == "" || f.Line == 0 {
				t.Errorf("the fault does not say where: %+v", f)
			}
		})
	}
}

func TestARecordThatWasCutOffDoesNotReachTheHeadThatWasTold(t *testing.T) {
	w := recorded(t)
	told := w.heads[1]
	edit(t, w.files()[0], func(rows []string) []string { return rows[:150] })
	if f := w.verify().Fault; f != nil {
		t.Fatalf("what is left does not fit: %+v", f)
	}
	if f := w.verify(Known{Seq: told.Seq}).Fault; f == nil || f.Kind != FaultTruncated || f.Seq != 151 {
		t.Errorf("the fault is %+v", f)
	}
}

func TestALineIsHeldToTheHashThatWasTold(t *testing.T) {
	w := recorded(t)
	told := w.heads[0]
	if f := w.verify(Known{Seq: told.Seq, Hash: &told.Hash}).Fault; f != nil {
		t.Fatalf("the head that was told does not fit: %+v", f)
	}
	other := told.Hash
	other[0]++
	if f := w.verify(Known{Seq: told.Seq, Hash: &other}).Fault; f == nil || f.Seq != told.Seq {
		t.Errorf("the fault is %+v", f)
	}
}

func TestAHeadOfAnotherKeyIsNotTrusted(t *testing.T) {
	w := recorded(t)
	proof, err := Verify(nil, w.files(), trusted(keyOf('b')))
	if err != nil || proof.Fault == nil || proof.Fault.Kind != FaultSignature {
		t.Errorf("the fault is %+v, %v", proof.Fault, err)
	}
	proof, err = Verify(nil, w.files(), nil)
	if err != nil || proof.Fault != nil || proof.Trusted || proof.Heads == 0 {
		t.Errorf("without keys: %+v, %v", proof, err)
	}
}

func TestAFileOfAnotherRecordDoesNotFollow(t *testing.T) {
	a, b := newWorld(t, 0), newWorld(t, 0)
	for _, w := range []*world{a, b} {
		w.acts(2)
		w.size = fileSize
		w.acts(2)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	proof, err := Verify(nil, []string{b.files()[1], a.files()[0]}, trusted(a.key))
	if err != nil || proof.Fault == nil || proof.Fault.Kind != FaultMissing {
		t.Errorf("proof is %+v, %v", proof, err)
	}
	proof, err = Verify(nil, []string{a.files()[1], a.files()[0]}, trusted(a.key))
	if err != nil || proof.Fault != nil {
		t.Errorf("files in another order: %+v, %v", proof, err)
	}
}

func TestARecordWithoutAKeyHasNoHeads(t *testing.T) {
	w := newWorld(t, 0)
	w.cfg.Signer = func(_ time.Time) (Signer, bool) { return nil, false }
	w.acts(120)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if f := w.verify().Fault; f == nil || f.Kind != FaultUnsigned {
		t.Errorf("with keys: %+v", f)
	}
	if proof, err := Verify(nil, w.files(), nil); err != nil || proof.Fault == nil || proof.Fault.Kind != FaultUnsigned || proof.Trusted {
		t.Errorf("without keys: %+v, %v", proof, err)
	}
}

// Whoever takes the heads out of a short record leaves nothing that shows who wrote it.
func TestAShortRecordWithoutItsHeadFails(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(3)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if f := w.verify().Fault; f != nil {
		t.Fatalf("as it was written: %+v", f)
	}
	edit(t, w.files()[0], func(rows []string) []string { return rows[:2] })
	for _, keys := range [][]Key{nil, trusted(w.key)} {
		proof, err := Verify(nil, w.files(), keys)
		if err != nil || proof.Fault == nil || proof.Fault.Kind != FaultUnsigned || proof.Trusted {
			t.Errorf("with %d keys: %+v, %v", len(keys), proof, err)
		}
	}
}

// The decoders take several spellings of the same bytes, and a record has one.
func TestAHeadAndAHashHaveOneSpelling(t *testing.T) {
	by := keyOf('a')
	at := time.Unix(1_800_000_000, 0)
	head := signed(by, "chain", at, 7, Hash{1})
	if !head.valid("chain", at) {
		t.Fatal("the head is not valid")
	}
	last := func(text string) string { // the lowest bits of the last character stand for nothing
		const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		return text[:len(text)-1] + string(signs[strings.IndexByte(signs, text[len(text)-1])^1])
	}
	for name, change := range map[string]func(h *Head){
		"a changed last character of the signature": func(h *Head) { h.Signature = last(h.Signature) },
		"of the key":                    func(h *Head) { h.Key = last(h.Key) },
		"a line break in the signature": func(h *Head) { h.Signature = h.Signature[:5] + "\n" + h.Signature[5:] },
	} {
		other := *head
		if change(&other); other.valid("chain", at) {
			t.Errorf("%s: it is valid", name)
		}
	}
	var h Hash
	text := strings.Repeat("ab", 32)
	if err := h.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := h.UnmarshalText([]byte(strings.ToUpper(text))); err == nil {
		t.Error("a hash in capitals is read")
	}
}

func TestNoFilesAreNoRecord(t *testing.T) {
	if proof, err := Verify(nil, nil, nil); err != nil || proof.Fault == nil {
		t.Errorf("proof is %+v, %v", proof, err)
	}
	if _, err := Verify(nil, []string{t.TempDir() + "/none"}, nil); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestAProofIsJSON(t *testing.T) {
	text, err := json.Marshal(recorded(t).verify())
	if err != nil || !strings.Contains(string(text), `"heads":3`) {
		t.Errorf("%s, %v", text, err)
	}
}

package gateway

import (
	"encoding/binary"
	"testing"
)

func formOf(i int) (k formKey) {
	binary.LittleEndian.PutUint64(k[:8], uint64(i))
	return k
}

// answered begins a form and ends it with an answer of so many bytes.
func (f *forms) answered(i, size int) *sentForm {
	s, _ := f.begin(formOf(i), noonMs, noonMs+minuteMs)
	s.status = 200
	f.end(s, size)
	return s
}

// counted is the memory that the answers take.
func (f *forms) counted() (n int) {
	for e := f.order.Front(); e != nil; e = e.Next() {
		n += e.Value.(*sentForm).size
	}
	return n
}

func TestTheOldestFormIsForgottenBeyondTheBounds(t *testing.T) {
	f := newForms()
	for i := range formsMost + 10 {
		f.answered(i, 0)
		if len(f.all) > formsMost || f.order.Len() != len(f.all) {
			t.Fatalf("%d and %d are remembered", len(f.all), f.order.Len())
		}
	}
	if f.find(formOf(9), noonMs) != nil || f.find(formOf(10), noonMs) == nil {
		t.Error("not the oldest ones are forgotten")
	}
	f = newForms()
	for i := range 200 {
		f.answered(i, 1<<20)
		if f.bytes > formBytesMost || f.bytes != f.counted() {
			t.Fatalf("after %d: %d bytes are counted, %d are there", i, f.bytes, f.counted())
		}
	}
	if f.find(formOf(199), noonMs) == nil || f.find(formOf(199-formBytesMost>>20+1), noonMs) == nil || f.find(formOf(199-formBytesMost>>20), noonMs) != nil {
		t.Error("not the oldest ones are forgotten for their bytes")
	}
}

func TestAFormThatIsForgottenBeforeItsAnswerCountsNothing(t *testing.T) {
	f := newForms()
	slow, _ := f.begin(formOf(-1), noonMs, noonMs+minuteMs)
	for i := range formsMost {
		f.answered(i, 0)
	}
	if f.find(formOf(-1), noonMs) != nil {
		t.Fatal("it is remembered")
	}
	// Sent again meanwhile: the end of the first is not that of the second.
	again, first := f.begin(formOf(-1), noonMs, noonMs+minuteMs)
	if !first {
		t.Fatal("it was forgotten, and is no new one")
	}
	slow.status = 500
	f.end(slow, 1000)
	if f.bytes != 0 || f.find(formOf(-1), noonMs) != again {
		t.Errorf("%d bytes, found %p, want 0 and %p", f.bytes, f.find(formOf(-1), noonMs), again)
	}
	again.status = 200
	f.end(again, 10)
	if f.bytes != 10 || f.bytes != f.counted() {
		t.Errorf("%d bytes are counted, %d are there", f.bytes, f.counted())
	}
	// Refused by the site, and past its time.
	refused, _ := f.begin(formOf(-2), noonMs, noonMs+minuteMs)
	refused.status = 422
	f.end(refused, 1000)
	if f.bytes != 10 || f.find(formOf(-2), noonMs) != nil {
		t.Errorf("%d bytes with a form that the site refused", f.bytes)
	}
	if f.find(formOf(-1), noonMs+minuteMs) != nil {
		t.Error("it is found past its time")
	}
	if _, first := f.begin(formOf(-3), noonMs+minuteMs, noonMs+2*minuteMs); !first || len(f.all) != 1 || f.bytes != 0 {
		t.Errorf("%d remembered, %d bytes past their time", len(f.all), f.bytes)
	}
}

package splice

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
)

// page is as large as a waiting page: 90 constants of 100 bytes with values between, after 8 kB of style and before 15 kB of script.
func page() (tmpl *Template, text []byte, values []int, head, tail []byte) {
	for i := range 200 {
		head = fmt.Appendf(head, ".class-%d { color: #%06x; margin: %drem }\n", i, i*7919%0xffffff, i%7)
	}
	for i := range 400 {
		tail = fmt.Appendf(tail, "function name%d(a, b) { return a.value%d + b; }\n", i, i*31%97)
	}
	var constants [][]byte
	var filling []string
	for i := range 90 {
		constants = append(constants, fmt.Appendf(nil, `</dd></div><div id="fact-%d" data-in="waiting front paused" class="fact"><dt>Word %d</dt><dd>`, i, i*i))
		if i > 0 {
			filling = append(filling, []string{"", " hidden", "12.345", "etwa 20 bis 30 Minuten"}[i%4])
		}
	}
	tmpl, err := NewTemplate(NewBlock(head), constants, nil, NewBlock(tail))
	if err != nil {
		panic(err)
	}
	text, values = filled(constants, filling)
	return tmpl, text, values, head, tail
}

func BenchmarkAppend(b *testing.B) {
	tmpl, text, values, _, _ := page()
	dst := tmpl.Append(nil, text, values)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		dst = tmpl.Append(dst[:0], text, values)
	}
	b.ReportMetric(float64(len(dst)), "bytes")
}

// BenchmarkGzip is the reference: what is sent, compressed each time.
func BenchmarkGzip(b *testing.B) {
	_, text, _, head, tail := page()
	all := append(append(append([]byte{}, head...), text...), tail...)
	for _, level := range []int{gzip.BestSpeed, gzip.BestCompression} {
		b.Run(fmt.Sprint(level), func(b *testing.B) {
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, level)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				out.Reset()
				w.Reset(&out)
				if _, err := w.Write(all); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Len()), "bytes")
		})
	}
}

func BenchmarkNewTemplate(b *testing.B) {
	for b.Loop() {
		page()
	}
}

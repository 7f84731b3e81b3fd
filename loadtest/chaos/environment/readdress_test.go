package environment

import (
	"testing"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// through sends chunks through the toxic and answers what comes out.
func through(t *testing.T, r *Readdress, chunks ...string) string {
	t.Helper()
	in, out := make(chan *stream.StreamChunk), make(chan *stream.StreamChunk)
	stub := toxics.NewToxicStub(in, out)
	go r.Pipe(stub)
	go func() {
		for _, c := range chunks {
			in <- &stream.StreamChunk{Data: []byte(c)}
		}
		close(in)
	}()
	var got []byte
	for c := range out {
		got = append(got, c.Data...)
	}
	return string(got)
}

func TestAnnouncedAddressesLeadToTheLinks(t *testing.T) {
	r := newReaddress(map[int]int{12345: 20001, 12346: 20002})
	for answer, want := range map[string]string{
		"-MOVED 866 127.0.0.1:12345\r\n":                            "-MOVED 866 127.0.0.1:20001\r\n",
		"*2\r\n$9\r\n127.0.0.1\r\n:12346\r\n":                       "*2\r\n$9\r\n127.0.0.1\r\n:20002\r\n",
		"*2\r\n$9\r\n127.0.0.1\r\n$5\r\n12346\r\n":                  "*2\r\n$9\r\n127.0.0.1\r\n$5\r\n20002\r\n",
		"+switch-master x 127.0.0.1 12345 127.0.0.1 12346\r\n":      "+switch-master x 127.0.0.1 20001 127.0.0.1 20002\r\n",
		"$4\r\nport\r\n$5\r\n12345\r\n":                             "$4\r\nport\r\n$5\r\n20001\r\n",
		"$5\r\n12345\r\n:12346\r\n12345 people, 127.0.0.1:9999\r\n": "$5\r\n12345\r\n:12346\r\n12345 people, 127.0.0.1:9999\r\n",
	} {
		if got := through(t, r, answer); got != want {
			t.Errorf("%q became %q, want %q", answer, got, want)
		}
		for cut := range answer {
			if got := through(t, r, answer[:cut], answer[cut:]); got != want {
				t.Errorf("%q, cut at %d, became %q", answer, cut, got)
			}
		}
	}
}

package environment

import (
	"bytes"
	"fmt"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// Readdress is a toxic that replaces addresses in what a server answers, as a router does that knows a protocol: where
// a Sentinel or a node of a Cluster says where a server is, the client gets the address of the link that leads there.
type Readdress struct {
	From []string `json:"from"`
	To   []string `json:"to"`
}

const readdressType = "readdress"

// addressForms are the ways in which Redis 7 writes the port behind 127.0.0.1: in MOVED and CLUSTER NODES, in CLUSTER
// SLOTS, in a Sentinel's answer, in its news, and in its lists of fields. None of them occurs in a room's data.
var addressForms = []string{
	"127.0.0.1:%d", "127.0.0.1\r\n:%d\r\n", "127.0.0.1\r\n$5\r\n%d\r\n", "127.0.0.1 %d", "$4\r\nport\r\n$5\r\n%d\r\n",
}

// newReaddress maps ports of five digits.
func newReaddress(ports map[int]int) *Readdress {
	r := &Readdress{}
	for from, to := range ports {
		for _, form := range addressForms {
			r.From = append(r.From, fmt.Sprintf(form, from))
			r.To = append(r.To, fmt.Sprintf(form, to))
		}
	}
	return r
}

// Pipe implements toxics.Toxic.
func (r *Readdress) Pipe(stub *toxics.ToxicStub) {
	var rest []byte
	for {
		select {
		case <-stub.Interrupt:
			if len(rest) > 0 {
				stub.Output <- &stream.StreamChunk{Data: rest}
			}
			return
		case c := <-stub.Input:
			if c == nil {
				stub.Close()
				return
			}
			c.Data, rest = r.replace(append(rest, c.Data...))
			if len(c.Data) > 0 {
				stub.Output <- c
			}
		}
	}
}

// replace answers what can be sent, and the end that may be the beginning of an address.
func (r *Readdress) replace(data []byte) (out, rest []byte) {
	cut := len(data) - r.begun(data)
	out, rest = data[:cut:cut], bytes.Clone(data[cut:])
	for i, from := range r.From {
		if bytes.Contains(out, []byte(from)) {
			// Every replacement is as long as what it replaces and holds no other address, so one pass is enough.
			out = bytes.ReplaceAll(out, []byte(from), []byte(r.To[i]))
		}
	}
	return out, rest
}

// begun is how many bytes at the end of data are the beginning of an address.
func (r *Readdress) begun(data []byte) int {
	longest := 0
	for _, from := range r.From {
		for n := min(len(from)-1, len(data)); n > longest; n-- {
			if bytes.HasSuffix(data, []byte(from[:n])) {
				longest = n
				break
			}
		}
	}
	return longest
}

package httpx

import (
	"bytes"
	"net/netip"
)

// hop is one element of Forwarded: the address that sent the request to the proxy that wrote it, and the scheme.
type hop struct {
	ip    netip.Addr // invalid: hidden, missing or malformed
	proto []byte
}

// walkForwarded reads Forwarded fields (RFC 7239) and walks their elements from the last to the first. Quoting makes
// it necessary to read each field forwards before. proto is how the visitor sent the request to the first proxy that
// is trusted: it stands in the element that names the visitor.
func (v *Visit) walkForwarded() (client netip.Addr, proto []byte) {
	v.chain = v.chain[:0]
	for i := range v.head.fields {
		if f := &v.head.fields[i]; equalFold(f.name, "forwarded") {
			v.chain = appendForwarded(v.chain, f.value)
		}
	}
	client = v.c.peer
	for i := len(v.chain) - 1; i >= 0; i-- {
		h := &v.chain[i]
		if !h.ip.IsValid() {
			break
		}
		client, proto = h.ip, h.proto
		if !v.s.trusts(h.ip) {
			break
		}
	}
	return client, proto
}

// appendForwarded reads one field value: elements between commas. A value that is malformed is not believed in any
// part and counts as one hidden hop: where its elements begin and end cannot be known.
func appendForwarded(chain []hop, value []byte) []hop {
	before := len(chain)
	rest := value
	for {
		var h hop
		var ok bool
		if h, rest, ok = forwardedElement(rest); !ok {
			return append(chain[:before], hop{})
		}
		chain = append(chain, h)
		if len(rest) == 0 {
			return chain
		}
		rest = rest[1:] // the comma
	}
}

// forwardedElement is [pair] *( ";" [pair] ), with optional space around it and its pairs. No parameter may occur
// twice (RFC 7239 §4).
func forwardedElement(b []byte) (h hop, rest []byte, ok bool) {
	var haveFor, haveProto bool
	for {
		b = trimLeft(b)
		if len(b) > 0 && b[0] != ';' && b[0] != ',' {
			n := tokenLength(b)
			if n == 0 || n == len(b) || b[n] != '=' {
				return hop{}, nil, false
			}
			name := b[:n]
			var value []byte
			if value, b, ok = forwardedValue(b[n+1:]); !ok {
				return hop{}, nil, false
			}
			switch {
			case equalFold(name, "for"):
				if haveFor {
					return hop{}, nil, false
				}
				haveFor = true
				h.ip = forwardedNode(value)
			case equalFold(name, "proto"):
				if haveProto {
					return hop{}, nil, false
				}
				haveProto = true
				h.proto = value
			}
			b = trimLeft(b)
		}
		switch {
		case len(b) == 0, b[0] == ',':
			return h, b, true
		case b[0] != ';':
			return hop{}, nil, false
		}
		b = b[1:]
	}
}

// forwardedValue is a token or a quoted string. Inside quotes, a backslash takes the next byte as it is; such a value
// is given with its backslashes, as none that we read may have any.
func forwardedValue(b []byte) (value, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		n := tokenLength(b)
		return b[:n], b[n:], n > 0
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[1:i], b[i+1:], true
		}
	}
	return nil, nil, false
}

// forwardedNode reads a node: an IPv4 address or an IPv6 address in brackets, each with a port or without. "unknown"
// and obfuscated names ("_x") are no addresses (RFC 7239 §6).
func forwardedNode(b []byte) netip.Addr {
	if bytes.Count(b, []byte(":")) > 1 && b[0] != '[' {
		return netip.Addr{}
	}
	ip, _ := parseNode(b)
	return ip
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

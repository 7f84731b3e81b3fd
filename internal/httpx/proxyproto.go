package httpx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
)

// The PROXY protocol, versions 1 and 2, as HAProxy's specification (proxy-protocol.txt) has it. Only trusted peers are
// asked for a header, and they must send one: nobody else can lie by it.

// errProxyHeader means that a trusted peer did not begin with a well-formed PROXY header.
var errProxyHeader = errors.New("httpx: malformed PROXY header")

const (
	proxyV2Signature = "\r\n\r\n\x00\r\nQUIT\n"
	proxyV1Max       = 107  // with the line end
	proxyV2Max       = 2048 // behind the first 16 bytes: addresses and extensions
)

// proxyHeader is what the proxy says about the connection that it passes on.
type proxyHeader struct {
	source  netip.Addr // invalid: a connection of the proxy itself, or of a kind that has no address
	secure  bool       // the proxy took TLS off (version 2 only)
	relayed bool       // a connection of a client, not one of the proxy itself
}

// readProxyHeader reads a header and not a byte more: what follows may be a TLS handshake, which is read later.
func readProxyHeader(r io.Reader) (proxyHeader, error) {
	var start [len(proxyV2Signature)]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return proxyHeader{}, err
	}
	if string(start[:]) == proxyV2Signature {
		return readProxyV2(r)
	}
	return readProxyV1(r, start[:])
}

// readProxyV1 reads up to the line end, two bytes at a time: as long as no CR was seen, so many are still to come.
func readProxyV1(r io.Reader, start []byte) (proxyHeader, error) {
	var buf [proxyV1Max]byte
	n := copy(buf[:], start)
	if !bytes.HasPrefix(start, []byte("PROXY ")) {
		return proxyHeader{}, errProxyHeader
	}
	for {
		line := buf[:n]
		if bytes.IndexByte(line, '\n') >= 0 {
			if !bytes.HasSuffix(line, []byte("\r\n")) || bytes.IndexByte(line, '\r') != n-2 {
				return proxyHeader{}, errProxyHeader
			}
			source, err := parseProxyV1(line[len("PROXY ") : n-2])
			return proxyHeader{source: source, relayed: true}, err
		}
		step := 2
		if line[n-1] == '\r' {
			step = 1
		}
		if n+step > len(buf) {
			return proxyHeader{}, errProxyHeader
		}
		if _, err := io.ReadFull(r, buf[n:n+step]); err != nil {
			return proxyHeader{}, err
		}
		n += step
	}
}

// parseProxyV1 reads what follows "PROXY ": protocol, addresses and ports, between single spaces.
func parseProxyV1(line []byte) (netip.Addr, error) {
	kind, rest, _ := cutByte(line, ' ')
	switch string(kind) {
	case "UNKNOWN":
		return netip.Addr{}, nil // whatever follows is to be ignored
	case "TCP4", "TCP6":
	default:
		return netip.Addr{}, errProxyHeader
	}
	var parts [4][]byte
	for i := range parts {
		var found bool
		parts[i], rest, found = cutByte(rest, ' ')
		if found != (i < len(parts)-1) {
			return netip.Addr{}, errProxyHeader
		}
	}
	source, ok1 := parseAddr(parts[0])
	target, ok2 := parseAddr(parts[1])
	v4 := string(kind) == "TCP4"
	if !ok1 || !ok2 || source.Is4() != v4 || target.Is4() != v4 || !isPort(parts[2]) || !isPort(parts[3]) {
		return netip.Addr{}, errProxyHeader
	}
	return source.Unmap(), nil
}

// isPort is a port without leading zeros.
func isPort(b []byte) bool {
	n, ok := parseLength(b)
	return ok && n <= 65535 && (len(b) == 1 || b[0] != '0')
}

// readProxyV2 reads what follows the signature.
func readProxyV2(r io.Reader) (proxyHeader, error) {
	var fixed [4]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return proxyHeader{}, err
	}
	command, family, length := fixed[0], fixed[1], int(binary.BigEndian.Uint16(fixed[2:]))
	if command>>4 != 2 || command&15 > 1 || length > proxyV2Max {
		return proxyHeader{}, errProxyHeader
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		return proxyHeader{}, err
	}
	if command&15 == 0 {
		return proxyHeader{}, nil // LOCAL: the proxy's own, a health check; the rest is to be ignored
	}
	return parseProxyV2(family, payload)
}

// parseProxyV2 reads addresses and extensions.
func parseProxyV2(family byte, b []byte) (h proxyHeader, err error) {
	h.relayed = true
	var size int
	switch family {
	case 0x00: // unspecified
		return h, nil
	case 0x11:
		size = 12
	case 0x21:
		size = 36
	case 0x31: // Unix
		size = 216
	default: // datagrams carry no HTTP of ours
		return h, errProxyHeader
	}
	if len(b) < size {
		return h, errProxyHeader
	}
	switch family {
	case 0x11:
		h.source = netip.AddrFrom4([4]byte(b[:4]))
	case 0x21:
		h.source = netip.AddrFrom16([16]byte(b[:16])).Unmap()
	}
	h.secure, err = proxyExtensions(b[size:])
	return h, err
}

const (
	proxyTypeSSL   = 0x20
	proxyClientSSL = 0x01
)

// proxyExtensions walks the extensions, each a type, a length and so many bytes, and says whether one of them tells of
// TLS between the client and the proxy.
func proxyExtensions(b []byte) (secure bool, err error) {
	for len(b) > 0 {
		if len(b) < 3 {
			return false, errProxyHeader
		}
		n := 3 + int(binary.BigEndian.Uint16(b[1:]))
		if len(b) < n {
			return false, errProxyHeader
		}
		if b[0] == proxyTypeSSL && n > 3 {
			secure = b[3]&proxyClientSSL != 0
		}
		b = b[n:]
	}
	return secure, nil
}

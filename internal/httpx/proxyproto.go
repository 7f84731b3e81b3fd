package httpx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// errProxyHeader means that a trusted peer did not begin with a PROXY header as HAProxy's specification
// (proxy-protocol.txt, versions 1 and 2) has it.
var errProxyHeader = errors.New("httpx: malformed PROXY header")

var proxyV2 = []byte("\r\n\r\n\x00\r\nQUIT\n")

const proxyV1Max = 107 // with the line end

// begin sees to what comes before the first request: the PROXY header of a trusted peer. Nobody else is asked for one,
// so nobody else can lie by it.
func (c *conn) begin() error {
	c.begun = true
	if !c.s.cfg.ProxyProtocol || !c.s.trusts(c.peer) {
		return nil
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(c.s.cfg.HeadTimeout))
	for {
		if c.in != nil {
			used, source, err := parseProxyHeader((*c.in)[c.from:c.to])
			if err != nil {
				return err
			}
			if used > 0 {
				c.from += used
				if source.IsValid() {
					c.source = source
				}
				return nil
			}
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
}

// parseProxyHeader answers the length of the header, 0 if more bytes are needed, and the source it names, invalid for
// a connection of the proxy itself.
func parseProxyHeader(b []byte) (used int, source netip.Addr, err error) {
	if len(b) >= 1 && b[0] == proxyV2[0] {
		return parseProxyV2(b)
	}
	end := bytes.Index(b, []byte("\r\n"))
	if end < 0 {
		if len(b) >= proxyV1Max || !bytes.HasPrefix([]byte("PROXY "), b[:min(len(b), 6)]) {
			return 0, source, errProxyHeader
		}
		return 0, source, nil
	}
	source, err = parseProxyV1(string(b[:end]))
	return end + 2, source, err
}

func parseProxyV1(line string) (netip.Addr, error) {
	parts := bytes.Split([]byte(line), []byte(" "))
	if len(line) > proxyV1Max-2 || len(parts) < 2 || string(parts[0]) != "PROXY" {
		return netip.Addr{}, errProxyHeader
	}
	if string(parts[1]) == "UNKNOWN" {
		return netip.Addr{}, nil
	}
	if len(parts) != 6 {
		return netip.Addr{}, errProxyHeader
	}
	source, err1 := netip.ParseAddr(string(parts[2]))
	target, err2 := netip.ParseAddr(string(parts[3]))
	v4 := string(parts[1]) == "TCP4"
	if err1 != nil || err2 != nil || !v4 && string(parts[1]) != "TCP6" || source.Is4() != v4 || target.Is4() != v4 {
		return netip.Addr{}, errProxyHeader
	}
	for _, port := range parts[4:] {
		n, err := strconv.ParseUint(string(port), 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != string(port) {
			return netip.Addr{}, errProxyHeader
		}
	}
	return source.Unmap(), nil
}

func parseProxyV2(b []byte) (int, netip.Addr, error) {
	none := netip.Addr{}
	if n := min(len(b), len(proxyV2)); !bytes.Equal(b[:n], proxyV2[:n]) {
		return 0, none, errProxyHeader
	}
	if len(b) < 16 {
		return 0, none, nil
	}
	length := int(binary.BigEndian.Uint16(b[14:]))
	if b[12]>>4 != 2 || b[12]&15 > 1 || length > 2048 {
		return 0, none, errProxyHeader
	}
	if len(b) < 16+length {
		return 0, none, nil
	}
	if b[12]&15 == 0 {
		return 16 + length, none, nil // LOCAL: a health check of the proxy itself
	}
	switch addresses := b[16 : 16+length]; {
	case b[13] == 0x11 && length >= 12:
		return 16 + length, netip.AddrFrom4([4]byte(addresses[:4])), nil
	case b[13] == 0x21 && length >= 36:
		return 16 + length, netip.AddrFrom16([16]byte(addresses[:16])).Unmap(), nil
	case b[13] == 0x00, b[13] == 0x31 && length >= 216:
		return 16 + length, none, nil
	}
	return 0, none, errProxyHeader
}

// stopWaiting makes a connection that waits for its next request end. One in the middle of a request goes on.
func (c *conn) stopWaiting() {
	if c.idle.Load() {
		_ = c.Conn.SetReadDeadline(longAgo)
	}
}

var longAgo = time.Unix(1, 0)

var _ net.Conn = (*conn)(nil)

package proxy

import (
	"crypto/rand"
	"encoding/binary"
)

// frames follows one direction of a WebSocket from frame to frame (RFC 6455 section
// 5.2) without touching it. It is needed to close a tunnel: a Close frame may be put in
// between two frames, never into one.
type frames struct {
	header [14]byte
	have   int    // of header
	left   uint64 // of the payload
	closed bool   // a close frame has begun to pass
	data   bool   // of what was fed last, something was of a data frame
	inData bool   // the present frame is one
}

// feed takes the bytes that were passed on.
func (f *frames) feed(p []byte) {
	f.data = false
	for len(p) > 0 {
		if f.left > 0 {
			f.data = f.data || f.inData
			n := min(f.left, uint64(len(p)))
			f.left -= n
			p = p[n:]
			continue
		}
		f.header[f.have] = p[0]
		f.have++
		p = p[1:]
		if f.have < 2 || f.have < f.headerLength() {
			continue
		}
		f.left = f.payloadLength()
		f.closed = f.closed || f.header[0]&0x0f == opClose
		f.inData = f.header[0]&controlBit == 0
		f.data = f.data || f.inData
		f.have = 0
	}
}

const (
	opClose = 0x8
	// controlBit of the opcode marks what browsers and servers send by themselves: Close, Ping, Pong (section 5.5).
	controlBit = 0x8
	finBit     = 0x80
	maskBit    = 0x80
	goingAway  = 1001
)

func (f *frames) headerLength() int {
	n := 2
	switch f.header[1] &^ maskBit {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.header[1]&maskBit != 0 {
		n += 4
	}
	return n
}

func (f *frames) payloadLength() uint64 {
	switch n := f.header[1] &^ maskBit; n {
	case 126:
		return uint64(binary.BigEndian.Uint16(f.header[2:]))
	case 127:
		return binary.BigEndian.Uint64(f.header[2:])
	default:
		return uint64(n)
	}
}

// between tells whether the last frame has ended and no next has begun.
func (f *frames) between() bool { return f.have == 0 && f.left == 0 }

// closeFrame is a Close frame with the code "going away". What a client sends is masked
// with a key that cannot be foreseen (RFC 6455 section 5.3).
func closeFrame(masked bool) []byte {
	frame := []byte{finBit | opClose, 2, goingAway >> 8, goingAway & 0xff}
	if !masked {
		return frame
	}
	var key [4]byte
	_, _ = rand.Read(key[:]) // never fails, says its documentation
	return []byte{
		frame[0], frame[1] | maskBit,
		key[0], key[1], key[2], key[3],
		frame[2] ^ key[0], frame[3] ^ key[1],
	}
}

package door

import "math/bits"

// Parts of a code, in bits. 15 signs hold 74 of them: 31^15 is a little more than 2^74.
const (
	batchBits  = 10
	serialBits = 20
	macBits    = 44
	bodyBits   = batchBits + serialBits
	codeSigns  = 16 // with the check sign
)

// body is batch and serial in one.
type body uint32

func bodyOf(batch uint16, serial uint32) body { return body(batch)<<serialBits | body(serial) }

func (b body) parts() (batch uint16, serial uint32) {
	return uint16(b >> serialBits), uint32(b & (1<<serialBits - 1))
}

// pack writes a masked body and a MAC as signs.
func pack(masked body, mac uint64, signs *[codeSigns]byte) {
	hi, lo := uint64(masked)>>(64-macBits), uint64(masked)<<macBits|mac
	for i := codeSigns - 2; i >= 0; i-- {
		var digit uint64
		hi, digit = hi/base, hi%base
		lo, digit = bits.Div64(digit, lo, base)
		signs[i] = byte(digit)
	}
	signs[codeSigns-1] = check(signs[:codeSigns-1])
}

// unpack reads what pack wrote. false: it never writes that.
func unpack(signs *[codeSigns]byte) (masked body, mac uint64, ok bool) {
	var hi, lo uint64
	for _, s := range signs[:codeSigns-1] {
		over, product := bits.Mul64(lo, base)
		sum, carry := bits.Add64(product, uint64(s), 0)
		hi, lo = hi*base+over+carry, sum
	}
	const above = bodyBits + macBits - 64
	return body(hi<<(64-macBits) | lo>>macBits), lo & (1<<macBits - 1), hi>>above == 0
}

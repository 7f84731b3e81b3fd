package door

import "crypto/rand"

// referenceSigns is how many signs a reference has: few enough to be read out on the telephone, and with the time of the call enough to
// find one line of a log.
const referenceSigns = 4

// NewReference is a random name for something that happened, of the signs of all codes. It says nothing and names nobody.
func NewReference() string {
	ref := make([]byte, 0, referenceSigns)
	var one [1]byte
	for len(ref) < referenceSigns {
		_, _ = rand.Read(one[:])                      // never fails
		if n := int(one[0]) % 32; n < len(alphabet) { // without a bias
			ref = append(ref, alphabet[n])
		}
	}
	return string(ref)
}

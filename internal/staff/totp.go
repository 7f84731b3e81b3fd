package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// One-time codes are those of RFC 6238 as all applications know them: HMAC-SHA-1, 30 seconds, six digits.
const (
	stepSeconds = 30
	digits      = 6
	// drift is how many steps a clock may be off, either way.
	drift = 1
	// minSecret and maxSecret bound a secret, in bytes; RFC 4226 wants 128 bits at least.
	minSecret, maxSecret, newSecret = 16, 64, 20
)

// codeAt is the code of a step.
func codeAt(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", digits, number%1_000_000)
}

func stepAt(now time.Time) int64 { return now.Unix() / stepSeconds }

// stepOf is the step that a code is of, near a time; false: it is of none. It looks at all of them, so that the time it takes does not tell.
func stepOf(secret []byte, code string, now time.Time) (step int64, ok bool) {
	for at := stepAt(now) - drift; at <= stepAt(now)+drift; at++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, at)), []byte(code)) == 1 {
			step, ok = at, true
		}
	}
	return step, ok
}

// NewTOTP makes a secret, in base32.
func NewTOTP() string {
	var secret [newSecret]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret[:])
}

// Code is the one-time code of a user at a moment, and for how much longer it is that: what an application shows. An error means that the secret
// is none.
func (u *User) Code(now time.Time) (code string, left time.Duration, err error) {
	secret, err := decodeTOTP(u.TOTP)
	if err != nil {
		return "", 0, err
	}
	step := stepAt(now)
	return codeAt(secret, step), time.Unix((step+1)*stepSeconds, 0).Sub(now), nil
}

// URL is what an application takes as a picture: the secret of a user at a gateway (the key URI format).
func (u *User) URL(issuer string) string {
	label := url.PathEscape(issuer) + ":" + url.PathEscape(u.Name)
	return "otpauth://totp/" + label + "?secret=" + u.TOTP + "&issuer=" + url.QueryEscape(issuer)
}

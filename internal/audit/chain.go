package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Hash is that of a line and all lines before it.
type Hash [sha256.Size]byte

// MarshalText writes it in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText has written.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return errors.New("want 64 hexadecimal digits")
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return err
	}
	if h.String() != string(text) {
		return errors.New("want hexadecimal digits in lower case: a hash has one spelling")
	}
	return nil
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// then is the hash of a line that follows, given without its own hash.
func (h Hash) then(body []byte) Hash {
	d := sha256.New()
	d.Write(h[:])
	d.Write(body)
	return Hash(d.Sum(nil))
}

// hashMember begins the last member of a line, which has a fixed size: the line without it is what is hashed.
const (
	hashMember = `,"hash":"`
	hashSize   = len(hashMember) + 2*sha256.Size + len(`"}`)
)

// seal is a line as it is written, and its hash.
func (h Hash) seal(l *line) ([]byte, Hash, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return nil, h, err
	}
	body := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	next := h.then(body)
	out := append(body[:len(body)-1:len(body)-1], hashMember...)
	return append(hex.AppendEncode(out, next[:]), "\"}\n"...), next, nil
}

// read is a line that was read: what it says, and what it is hashed as.
type read struct {
	line
	body   []byte
	stored Hash
}

// errLine: a line is none that a log has written.
var errLine = errors.New("it is no line of a record")

// parse reads a line without its line feed.
func parse(text []byte) (r read, err error) {
	if len(text) < hashSize || !bytes.HasPrefix(text[len(text)-hashSize:], []byte(hashMember)) || !bytes.HasSuffix(text, []byte(`"}`)) {
		return r, errLine
	}
	cut := len(text) - hashSize
	if err := r.stored.UnmarshalText(text[cut+len(hashMember) : len(text)-len(`"}`)]); err != nil {
		return r, errLine
	}
	r.body = append(bytes.Clone(text[:cut]), '}')
	if err := json.Unmarshal(r.body, &r.line); err != nil || r.Seq == 0 {
		return r, errLine
	}
	return r, nil
}

// Head says which line a record had reached, and proves it.
type Head struct {
	// Seq and Hash are those of the line before the one that holds the head.
	Seq  uint64 `json:"seq"`
	Hash Hash   `json:"hash"`
	Kid  string `json:"kid"`
	// Key is the public key, base64url as in a JWKS, so that a record can be read when the key has left the keyring.
	Key string `json:"key"`
	// Signature is that of statement, base64url.
	Signature string `json:"signature"`
}

// Signer signs heads; *token.Signer is one.
type Signer interface {
	Kid() string
	Public() ed25519.PublicKey
	Sign(statement []byte) []byte
}

// statement is what is signed of a head.
func statement(chain string, at time.Time, seq uint64, hash Hash) []byte {
	return fmt.Appendf(nil, "einlass audit head\nchain %s\ntime %s\nseq %d\nhash %s\n", chain, at.UTC().Format(time.RFC3339Nano), seq, hash)
}

func signed(by Signer, chain string, at time.Time, seq uint64, hash Hash) *Head {
	return &Head{
		Seq: seq, Hash: hash, Kid: by.Kid(), Key: base64.RawURLEncoding.EncodeToString(by.Public()),
		Signature: base64.RawURLEncoding.EncodeToString(by.Sign(statement(chain, at, seq, hash))),
	}
}

// valid reports whether a head is signed by the key that it names.
func (h *Head) valid(chain string, at time.Time) bool {
	key, ok := inOneSpelling(h.Key)
	signature, ok2 := inOneSpelling(h.Signature)
	return ok && ok2 && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, statement(chain, at, h.Seq, h.Hash), signature)
}

// inOneSpelling decodes base64url that is written as it would be written here: the decoder takes other last characters and line breaks, too, and
// a text that was changed must not pass.
func inOneSpelling(text string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return raw, err == nil && base64.RawURLEncoding.EncodeToString(raw) == text
}

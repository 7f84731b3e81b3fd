// Package signed signs files of reports, as JSON and as HTML, and verifies them. internal/report makes them.
package signed

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

// Asked asks for a signature of a file.
type Asked struct {
	Opening string `json:"opening"`
	// Hash is the SHA-256 of what Body cuts out of the file, in hexadecimal.
	Hash string `json:"hash"`
}

// Signature is that of a report, by the keyring of a gateway.
type Signature struct {
	Room    string    `json:"room"`
	Opening string    `json:"opening"`
	Hash    string    `json:"hash"`
	Time    time.Time `json:"time"`
	Kid     string    `json:"kid"`
	// Key is the public key, Signature the signature, base64url.
	Key       string `json:"key"`
	Signature string `json:"signature"`
}

// Signer signs; *token.Signer is one.
type Signer interface {
	Kid() string
	Public() ed25519.PublicKey
	Sign(statement []byte) []byte
}

// Sign signs what was asked for.
func Sign(by Signer, room string, asked Asked, at time.Time) Signature {
	s := Signature{
		Room: room, Opening: asked.Opening, Hash: asked.Hash, Time: at.UTC().Truncate(time.Second), Kid: by.Kid(),
		Key: base64.RawURLEncoding.EncodeToString(by.Public()),
	}
	s.Signature = base64.RawURLEncoding.EncodeToString(by.Sign(s.statement()))
	return s
}

func (s *Signature) statement() []byte {
	return fmt.Appendf(nil, "einlass report\nroom %q\nopening %q\ntime %s\nsha256 %s\n", s.Room, s.Opening, s.Time.UTC().Format(time.RFC3339), s.Hash)
}

// HashOf is the hash of a body, as it is signed.
func HashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// ValidHash reports whether a text can be a hash.
func ValidHash(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == text
}

var (
	// ErrNotSigned means that a file has no signature.
	ErrNotSigned = errors.New("the file is not signed")
	// ErrChanged means that a file or its signature was changed.
	ErrChanged = errors.New("the report does not fit its signature")
	// ErrKey means that a key that is not trusted has signed.
	ErrKey = errors.New("the key that signed is not among those given")
)

// comment begins the last line of a signed page.
const comment = "<!--signature "

// JSON is a file of a report as JSON; without a signature, one that is not signed.
func JSON(body []byte, s *Signature) ([]byte, error) {
	file := struct {
		Report    json.RawMessage `json:"report"`
		Signature *Signature      `json:"signature,omitempty"`
	}{body, s}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(file); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// HTML is a file of a report as a page, which ends with a line feed; without a signature, one that is not signed.
func HTML(body []byte, s *Signature) ([]byte, error) {
	if s == nil {
		return body, nil
	}
	text, err := json.Marshal(s) // which writes no ">"
	if err != nil {
		return nil, err
	}
	return append(append(append(bytes.Clone(body), comment...), text...), "-->\n"...), nil
}

// Split takes a file apart.
func Split(file []byte) (body []byte, s *Signature, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(file), []byte("{")) {
		var parts struct {
			Report    json.RawMessage `json:"report"`
			Signature *Signature      `json:"signature"`
		}
		if err := json.Unmarshal(file, &parts); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrChanged, err)
		}
		if again, err := JSON(parts.Report, parts.Signature); err != nil || !bytes.Equal(again, file) {
			return nil, nil, fmt.Errorf("%w: there is more in the file than the report", ErrChanged)
		}
		return parts.Report, parts.Signature, nil
	}
	at := bytes.LastIndex(file, []byte("\n"+comment)) + 1
	if at == 0 {
		return file, nil, nil
	}
	body, text := file[:at], file[at+len(comment):]
	text, ok := bytes.CutSuffix(text, []byte("-->\n"))
	s = &Signature{}
	if !ok || json.Unmarshal(text, s) != nil {
		return nil, nil, fmt.Errorf("%w: there is something behind the report", ErrChanged)
	}
	if again, err := HTML(body, s); err != nil || !bytes.Equal(again, file) {
		return nil, nil, fmt.Errorf("%w: there is something behind the report", ErrChanged)
	}
	return body, s, nil
}

// Key is a public key that may have signed.
type Key struct {
	Kid string
	Key ed25519.PublicKey
}

// Verify checks a file, and gives its signature. Without keys it is held to the key that it names itself.
func Verify(file []byte, keys []Key) (*Signature, error) {
	body, s, err := Split(file)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, ErrNotSigned
	}
	key, ok := inOneSpelling(s.Key)
	signature, ok2 := inOneSpelling(s.Signature)
	if !ok || !ok2 || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, s.statement(), signature) {
		return nil, fmt.Errorf("%w: the signature is wrong", ErrChanged)
	}
	if s.Hash != HashOf(body) {
		return nil, fmt.Errorf("%w: the report was changed", ErrChanged)
	}
	if len(keys) > 0 {
		for _, k := range keys {
			if k.Kid == s.Kid && bytes.Equal(k.Key, key) {
				return s, nil
			}
		}
		return nil, fmt.Errorf("%w: %q", ErrKey, s.Kid)
	}
	return s, nil
}

// inOneSpelling decodes base64url that is written as it would be written here: the decoder takes other last characters and line breaks, too, and
// a text that was changed must not pass.
func inOneSpelling(text string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return raw, err == nil && base64.RawURLEncoding.EncodeToString(raw) == text
}

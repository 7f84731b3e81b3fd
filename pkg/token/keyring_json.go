package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// fileVersion is the version of the keyring file that this code writes and the
// only one that it reads.
const fileVersion = 1

// maxNesting is deeper than any keyring file.
const maxNesting = 4

type fileRing struct {
	Version int               `json:"version"`
	Keys    []json.RawMessage `json:"keys"`
}

type fileKey struct {
	ID          string    `json:"kid"`
	Algorithm   string    `json:"alg"`
	Created     time.Time `json:"created,omitzero"`
	ActivatesAt time.Time `json:"activates_at,omitzero"`
	NotAfter    time.Time `json:"not_after,omitzero"`
	Secret      string    `json:"secret"`
}

// encode returns the text of a keyring file.
func (k *Keyring) encode() ([]byte, error) {
	file := fileRing{Version: fileVersion}
	for i := range k.specs {
		text, err := encodeKey(&k.specs[i])
		if err != nil {
			return nil, err
		}
		file.Keys = append(file.Keys, text)
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func encodeKey(spec *keySpec) ([]byte, error) {
	if !spec.known() {
		return spec.unread, nil
	}
	return json.Marshal(fileKey{
		ID: spec.kid, Algorithm: spec.alg,
		Created:     timeOrZero(spec.created),
		ActivatesAt: timeOrZero(spec.activatesAt),
		NotAfter:    timeOrZero(spec.notAfter),
		Secret:      base64.RawURLEncoding.EncodeToString(spec.secret),
	})
}

// decodeKeyring reads the text of a keyring file.
func decodeKeyring(text []byte) (*Keyring, error) {
	if err := checkNames(json.NewDecoder(bytes.NewReader(text)), 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalidKeyring, err)
	}
	var file fileRing
	if err := decodeStrictly(text, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalidKeyring, err)
	}
	if file.Version != fileVersion {
		return nil, fmt.Errorf("%w: version: is %d, must be %d", ErrInvalidKeyring, file.Version, fileVersion)
	}
	var specs []keySpec
	var problems []error
	for i, text := range file.Keys {
		spec, err := decodeKey(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("keys[%d]%w", i, err))
			continue
		}
		specs = append(specs, spec)
	}
	if err := invalid(problems); err != nil {
		return nil, err
	}
	return newKeyring(specs)
}

// decodeKey reads one key. A field that this release does not know is refused in
// a key that it uses: a misspelt not_after would leave the key without end. A key
// of an algorithm that it does not know is kept as it stands, as RFC 7517 §5
// advises for key sets.
func decodeKey(text []byte) (keySpec, error) {
	var named struct {
		ID        string `json:"kid"`
		Algorithm string `json:"alg"`
	}
	if err := json.Unmarshal(text, &named); err != nil {
		return keySpec{}, fmt.Errorf(": %w", err)
	}
	spec := keySpec{kid: named.ID, alg: named.Algorithm}
	if !spec.known() {
		var err error
		spec.unread, err = json.Marshal(json.RawMessage(text)) // the spelling of encode, without its spaces
		return spec, err
	}
	var key fileKey
	if err := decodeStrictly(text, &key); err != nil {
		return keySpec{}, fmt.Errorf(": %w", err)
	}
	var ok bool
	if spec.secret, ok = decodeSecret(key.Secret); !ok {
		return keySpec{}, errors.New(".secret: must be base64")
	}
	spec.created, spec.activatesAt, spec.notAfter = unixOrZero(key.Created), unixOrZero(key.ActivatesAt), unixOrZero(key.NotAfter)
	return spec, nil
}

// decodeStrictly reads one JSON value with known fields only and nothing behind
// it.
func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end")
	}
	return nil
}

// checkNames reads one value and refuses what encoding/json accepts without an
// error: a name that an object has twice, and a name that matches a field only
// after case folding.
func checkNames(decoder *json.Decoder, depth int) error {
	start, err := decoder.Token()
	if err != nil {
		return err
	}
	delim, ok := start.(json.Delim)
	if !ok {
		return nil
	}
	if depth == maxNesting {
		return errors.New("nested too deeply")
	}
	seen := make(map[string]bool)
	for decoder.More() {
		if delim == '{' {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			text, _ := name.(string)
			if strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_") != "" {
				return fmt.Errorf("unknown field %q", text)
			}
			if seen[text] {
				return fmt.Errorf("field %q stands twice in one object", text)
			}
			seen[text] = true
		}
		if err := checkNames(decoder, depth+1); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// decodeSecret reads base64 of either alphabet, padded or not, as openssl and
// others print it.
func decodeSecret(text string) ([]byte, bool) {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	return decodeBase64(make([]byte, len(text)), []byte(text))
}

func unixOrZero(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

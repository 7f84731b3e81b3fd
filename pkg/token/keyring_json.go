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
	Version int       `json:"version"`
	Keys    []fileKey `json:"keys"`
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
		spec := &k.specs[i]
		file.Keys = append(file.Keys, fileKey{
			ID: spec.kid, Algorithm: spec.alg,
			Created:     timeOrZero(spec.created),
			ActivatesAt: timeOrZero(spec.activatesAt),
			NotAfter:    timeOrZero(spec.notAfter),
			Secret:      base64.RawURLEncoding.EncodeToString(spec.secret),
		})
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// decodeKeyring reads the text of a keyring file.
func decodeKeyring(text []byte) (*Keyring, error) {
	if err := checkNames(json.NewDecoder(bytes.NewReader(text)), 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalidKeyring, err)
	}
	var file fileRing
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalidKeyring, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: text after the end", ErrInvalidKeyring)
	}
	if file.Version != fileVersion {
		return nil, fmt.Errorf("%w: version: is %d, must be %d", ErrInvalidKeyring, file.Version, fileVersion)
	}
	var specs []keySpec
	var problems []error
	for i, key := range file.Keys {
		secret, ok := decodeSecret(key.Secret)
		if !ok {
			problems = append(problems, fmt.Errorf("keys[%d].secret: must be base64", i))
			continue
		}
		specs = append(specs, keySpec{
			kid: key.ID, alg: key.Algorithm, secret: secret,
			created: unixOrZero(key.Created), activatesAt: unixOrZero(key.ActivatesAt), notAfter: unixOrZero(key.NotAfter),
		})
	}
	if err := invalid(problems); err != nil {
		return nil, err
	}
	return newKeyring(specs)
}

// checkNames refuses what encoding/json would let pass in silence: a name that
// stands twice in an object, and one that fits a field only when case is folded.
// It reads one value.
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

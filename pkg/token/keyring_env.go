package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// LoadEnv reads a keyring from the value of an environment variable:
//
//	kid:secret[,kid:secret...]
//
// The secret is base64 of either alphabet, padded or not, of 32 to 256 random
// bytes. The first key signs, all verify, without end. An entry for external
// passes is written kid:EdDSA:seed with a seed of 32 bytes; the first of them
// signs.
//
// To rotate: put the new key second everywhere, then first everywhere, and take
// the old one away when the last ticket that it signed has expired. Errors name
// entries by their position and never repeat them.
func LoadEnv(value string) (*Keyring, error) {
	var specs []keySpec
	var problems []error
	for i, entry := range strings.Split(strings.TrimSpace(value), ",") {
		spec, err := parseEntry(entry)
		if err != nil {
			problems = append(problems, fmt.Errorf("keys[%d]: %w", i, err))
			continue
		}
		specs = append(specs, spec)
	}
	if err := invalid(problems); err != nil {
		return nil, fmt.Errorf("read keyring from environment: %w", err)
	}
	ring, err := newKeyring(specs)
	if err != nil {
		return nil, fmt.Errorf("read keyring from environment: %w", err)
	}
	return ring, nil
}

func parseEntry(entry string) (keySpec, error) {
	parts := strings.Split(entry, ":")
	spec := keySpec{kid: parts[0], alg: algHMAC}
	switch {
	case len(parts) == 3 && parts[1] == algEdDSA:
		spec.alg = algEdDSA
	case len(parts) != 2:
		return keySpec{}, errors.New("must be kid:secret or kid:EdDSA:seed")
	}
	var ok bool
	if spec.secret, ok = decodeSecret(parts[len(parts)-1]); !ok {
		return keySpec{}, errors.New("secret must be base64")
	}
	return spec, nil
}

// EnvValue returns the ring in the form that LoadEnv reads: the keys that sign
// at now first, then all others that have not ended. The form has no times, so
// the ring that comes back never ends a key and never lets a pending one sign.
func (k *Keyring) EnvValue(now time.Time) string {
	at := now.Unix()
	signer, external := k.signer(at), k.externalSigner(at)
	var first, others []string
	for i := range k.specs {
		spec := &k.specs[i]
		if spec.retired(at) {
			continue
		}
		entry := spec.kid + ":"
		if spec.alg == algEdDSA {
			entry += algEdDSA + ":"
		}
		entry += base64.RawURLEncoding.EncodeToString(spec.secret)
		if spec.kid == signer.kid || external != nil && spec.kid == external.kid {
			first = append(first, entry)
		} else {
			others = append(others, entry)
		}
	}
	return strings.Join(append(first, others...), ",")
}

package token

import (
	"errors"
	"fmt"
	"strings"
)

// LoadEnv reads a keyring from the value of an environment variable:
//
//	kid:secret[,kid:secret...]
//
// The secret is base64 of either alphabet, padded or not, of 32 to 256 random
// bytes. The first key signs, all verify, without end. A key pair is written
// kid:EdDSA:seed with a seed of 32 bytes; of these too the first signs.
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

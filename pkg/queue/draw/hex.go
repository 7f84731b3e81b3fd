package draw

import (
	"encoding/hex"
	"fmt"
)

// Bytes are bytes of any length, in texts lower-case hexadecimal digits.
type Bytes []byte

// String is the value as it is published.
func (v Value) String() string { return hex.EncodeToString(v[:]) }

// MarshalText implements encoding.TextMarshaler.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It takes what MarshalText writes and nothing else.
func (v *Value) UnmarshalText(text []byte) error {
	raw, err := unhex(text)
	if err == nil && len(raw) != len(v) {
		err = fmt.Errorf("%d bytes, want %d", len(raw), len(v))
	}
	if err == nil {
		*v = Value(raw)
	}
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It takes what MarshalText writes and nothing else.
func (b *Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = unhex(text)
	return err
}

// unhex reads lower-case digits: a value has one spelling.
func unhex(text []byte) ([]byte, error) {
	raw, err := hex.DecodeString(string(text))
	if err == nil && hex.EncodeToString(raw) != string(text) {
		err = fmt.Errorf("%q: want lower-case hexadecimal digits", text)
	}
	return raw, err
}

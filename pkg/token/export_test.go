package token

// The file format without a file, for fuzzing.
var DecodeKeyring = decodeKeyring

// Encode returns the text of a keyring file.
func (k *Keyring) Encode() ([]byte, error) { return k.encode() }

// DecodeBase64 decodes canonical base64url only.
var DecodeBase64 = decodeBase64

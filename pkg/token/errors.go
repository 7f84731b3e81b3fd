package token

import "errors"

// Why a token is refused. Verify methods return these values bare: refusing a
// flood of bad tokens must not allocate.
var (
	// ErrMalformed means: not a string that this package could have issued.
	ErrMalformed = errors.New("token: malformed")
	// ErrUnknownKey means: the header is well formed and of the right kind, but
	// names a key that the ring does not hold, or one whose time has ended.
	ErrUnknownKey = errors.New("token: unknown key")
	// ErrBadSignature means: the signature does not belong to the token.
	ErrBadSignature = errors.New("token: bad signature")
	// ErrExpired means: genuine, and its exp is not after now. It is the only
	// error that comes together with the claims.
	ErrExpired = errors.New("token: expired")
	// ErrWrongRoom means: genuine, but issued for another room.
	ErrWrongRoom = errors.New("token: wrong room")
	// ErrWrongKind means: the header is that of another kind of token. Only the
	// header was looked at, the rest may be forged.
	ErrWrongKind = errors.New("token: wrong kind")
	// ErrNotYetValid means: genuine, but issued more than MaxSkew after now.
	ErrNotYetValid = errors.New("token: not yet valid")
)

// What goes wrong with issuing and with keyrings. These come wrapped with the
// operation and the detail.
var (
	// ErrInvalidClaims means: the claims cannot be issued because verification
	// would refuse them.
	ErrInvalidClaims = errors.New("claims cannot be issued")
	// ErrInvalidKeyring means: a keyring file, an environment value or a
	// rotation breaks the rules of a keyring.
	ErrInvalidKeyring = errors.New("invalid keyring")
	// ErrInsecureMode means: others than the owner may read or write the
	// keyring file.
	ErrInsecureMode = errors.New("keyring file is open to others")
)

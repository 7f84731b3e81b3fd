// Package token issues and verifies what a visitor carries: a ticket for a
// place in the line and a pass for a stay inside. It keeps the keys for both,
// and the key pairs whose public half is published.
//
// # Formats
//
// Every token is a JWS in compact form (RFC 7515 §3.1) with JWT claims (RFC
// 7519). There is one algorithm per kind, and the kind stands in the header
// (explicit typing, RFC 8725 §3.11), so that no token can pass for another:
//
//	kind    alg    typ
//	ticket  HS256  einlass-ticket+jwt
//	pass    HS256  einlass-pass+jwt
//
// The claims, in this order:
//
//	aud  the room
//	sub  the visitor's random id, 22 base64url characters
//	ep   epoch of the room's numbering
//	n    number in the line
//	st   start of the stay, passes only
//	iat  issued at
//	exp  expires at
//
// Behind exp a ticket or a pass may have one claim that this release does not
// know (see Extra). So a later release can issue a new claim, for example an
// explicit order, while gateways of this release still serve the same line: they
// accept the token and copy the claim when they renew it.
//
// # Invariants
//
//   - Given claims under a given key have exactly one accepted spelling, the one
//     in which this package issues them. Verification compares the header with our own headers, then
//     the HMAC in constant time, and only then looks at the claims.
//   - A token is signed by the key that signs at its iat, and is verified by
//     every key of the ring that has not ended. Verification does not depend on
//     when a key begins to sign, so gateways may read a new key at different
//     moments, as long as each has read it before it signs.
//   - AppendTicket and AppendPass give the bytes that golang-jwt gives for the
//     same claims (IssueTicket and IssuePass ask golang-jwt itself).
//   - Secrets never appear in errors or in formatted output.
//
// # The keyring file
//
// A file of mode 0600 that Save writes and Load reads, strictly:
//
//	{
//	  "version": 1,
//	  "keys": [
//	    {
//	      "kid": "q3XyZ0aB",                       1 to 32 of A-Z a-z 0-9 _ -
//	      "alg": "HS256",                          or EdDSA (Ed25519, RFC 8037)
//	      "created": "2026-06-14T12:00:00Z",       optional, for people
//	      "activates_at": "2026-06-14T12:05:00Z",  signs from here on; absent: always
//	      "not_after": "2026-06-15T00:05:00Z",     verifies before this; absent: without end
//	      "secret": "..."                          base64 of 32 to 256 bytes, an EdDSA seed of 32
//	    }
//	  ]
//	}
//
// The newest key of an algorithm has no end, and an older one ends no earlier
// than the next begins to sign. A key of any other alg is kept as it stands, by
// rotations too, and not used: a later release may add one while gateways of
// this release read the same file. LoadEnv reads a short form of it.
//
// # The key set
//
// The public keys of the EdDSA pairs are published as a JSON Web Key Set
// (AppendJWKS). Every keyring that NewKeyring or Rotate makes has a pair.
//
// Times are whole Unix seconds. Everything is safe for concurrent use unless its
// comment says otherwise.
//
// The gateway and the command line import this package; it imports nothing of
// ours.
package token

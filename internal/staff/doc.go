// Package staff knows who may operate a gateway, besides the token of its configuration: tokens for programs, and users with a password and a
// one-time code.
//
// They stand in one file beside the keyring, a [Roll], that only its owner may read and write. It holds no token and no password: of a token, which
// is random, its SHA-256; of a password what argon2id makes of it, in PHC form. The secrets of one-time codes (TOTP, RFC 6238) must be there as they
// are. Each role may be for all rooms or for named ones, and may end at a time.
//
// A [Book] is the file in force: it is read again when it has changed, and one that is broken leaves the last good one in force. It proves tokens,
// logs users in and keeps their sessions, which are cookies signed by the keyring and by what is kept of the user's password: any gateway that has
// both files serves them, no list of sessions is kept, and a change of the password or of the user's secret ends them. Role and rooms are looked
// up at each request, so that a change of them counts at once.
//
// cmd/gateway makes the file and the book, internal/adminapi asks it. Of this module the package imports internal/operator for the roles,
// internal/suggest and pkg/token. A Book is safe for concurrent use.
package staff

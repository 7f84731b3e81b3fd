// Package probe looks at a gateway through the proxies in front of it, as a visitor's request sees them.
//
// The operator's command asks an own URL of the gateway, <prefix>/probe, with a seal: a token that the keyring of the
// configuration signs, with a nonce, good for a minute. The gateway answers what it saw of the request only to that; to everybody
// else the URL does not exist. The answer carries a seal over the same nonce, so the command knows that a gateway with its keyring
// answered this very request, and neither something else nor a cache.
//
// Seal is used on both sides; Seen is the answer; Run is the command's side, and makes findings of what it sees. The package knows no
// server: internal/gateway answers.
package probe

import "time"

const (
	// Name is the own URL below the prefix.
	Name = "probe"
	// Header carries the seal.
	Header = "Einlass-Probe"
	// CookieRoom names the cookie of the probe as the id of a room names that of a room. No room has a dot in its id.
	CookieRoom = ".probe"
	// CookieValue is what that cookie holds.
	CookieValue = "seen"
)

// Parts of the probe, in the query as part=…; without one it is a plain question.
const (
	// PartBody answers how long the body was that arrived.
	PartBody = "body"
	// PartStream answers with a stream of events: one at once, one after StreamPause.
	PartStream = "stream"
	// PartSocket becomes a WebSocket, which sends the first message back.
	PartSocket = "socket"
)

// StreamPause is the time between the two events of PartStream.
const StreamPause = time.Second

// Seen is what a gateway saw of a request.
type Seen struct {
	// Seal answers that of the request.
	Seal string `json:"seal"`
	// Host is the name that the request was addressed to, as sent.
	Host string `json:"host"`
	// Target is path and query, as they arrived.
	Target string `json:"target"`
	// Room is the id of the room that Host has, empty if it has none.
	Room string `json:"room"`
	// Client is the visitor's address as the gateway counts it, Peer the other end of its connection.
	Client string `json:"client"`
	Peer   string `json:"peer"`
	// Source is the other end of the TCP connection with its port, whatever a PROXY header names.
	Source string `json:"source"`
	// Relayed: a PROXY header named Peer. Trusted: Peer is a trusted proxy.
	Relayed bool `json:"relayed"`
	Trusted bool `json:"trusted"`
	// Secure: the visitor came by TLS, as far as the gateway knows.
	Secure bool `json:"secure"`
	// Cookie: the probe's cookie came back.
	Cookie bool `json:"cookie"`
	// Body is the length of the body in bytes.
	Body int64 `json:"body"`
	// Fields are the forwarding fields that came, and others by which proxies and sites name a client, a host or a path.
	Fields []Field `json:"fields"`
}

// Field is a field line of a request.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

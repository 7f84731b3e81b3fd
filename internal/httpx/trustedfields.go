package httpx

import "strings"

// trustedFields are the forwarding fields that trusted proxies set themselves.
type trustedFields struct {
	forwarded, forwardedFor, forwardedProto bool

	names []string // in lower case
}

func newTrustedFields(names []string) trustedFields {
	var t trustedFields
	for _, name := range names {
		name = strings.ToLower(name)
		t.names = append(t.names, name)
		switch name {
		case "forwarded":
			t.forwarded = true
		case "x-forwarded-for":
			t.forwardedFor = true
		case "x-forwarded-proto":
			t.forwardedProto = true
		}
	}
	return t
}

// Believes reports whether a forwarding field of this visit is believed: its peer is trusted, and the operator has named the field
// as one that such a peer sets itself. Any other may have been written by the visitor.
func (v *Visit) Believes(name []byte) bool {
	if !v.PeerTrusted() {
		return false
	}
	for _, known := range v.s.fields.names {
		if equalFold(name, known) {
			return true
		}
	}
	return false
}

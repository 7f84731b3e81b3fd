package token

// kind says what a token is for.
type kind uint8

const (
	kindTicket kind = iota
	kindPass
	kinds // how many there are
)

// Values of the alg header parameter (RFC 7518 §3.1, RFC 8037 §3.1).
const (
	algHMAC  = "HS256"
	algEdDSA = "EdDSA"
)

// typ returns the kind's typ header parameter. By RFC 7515 §4.1.9 the
// "application/" of the media type is left out.
func (k kind) typ() string {
	if k == kindTicket {
		return "einlass-ticket+jwt"
	}
	return "einlass-pass+jwt"
}

// headerJSON returns the header as encoding/json writes it for golang-jwt: the
// names sorted, nothing to escape.
func headerJSON(k kind, kid string) string {
	return `{"alg":"` + algHMAC + `","kid":"` + kid + `","typ":"` + k.typ() + `"}`
}

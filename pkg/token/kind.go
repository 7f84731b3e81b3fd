package token

// kind says what a token is for.
type kind uint8

const (
	kindTicket kind = iota
	kindPass
	kindExternalPass

	// cookieKinds counts the kinds that we verify ourselves: they come first.
	cookieKinds = 2
)

// Values of the alg header parameter (RFC 7518 §3.1, RFC 8037 §3.1).
const (
	algHMAC  = "HS256"
	algEdDSA = "EdDSA"
)

// typ returns the kind's typ header parameter. By RFC 7515 §4.1.9 the
// "application/" of the media type is left out.
func (k kind) typ() string {
	switch k {
	case kindTicket:
		return "einlass-ticket+jwt"
	case kindPass:
		return "einlass-pass+jwt"
	default:
		return "einlass-external-pass+jwt"
	}
}

// alg returns the one algorithm that signs the kind.
func (k kind) alg() string {
	if k == kindExternalPass {
		return algEdDSA
	}
	return algHMAC
}

// headerJSON returns the header as encoding/json writes it for golang-jwt: the
// names sorted, nothing to escape.
func headerJSON(k kind, kid string) string {
	return `{"alg":"` + k.alg() + `","kid":"` + kid + `","typ":"` + k.typ() + `"}`
}

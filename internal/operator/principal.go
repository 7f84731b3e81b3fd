package operator

import "context"

// Role is what a principal may do. Each role may do what those before it may.
type Role int

const (
	// RolePublic may ask for health and metrics.
	RolePublic Role = iota
	// RoleReporter may say what was booked and given back, and nothing else: it is for a site, or what stands beside it.
	RoleReporter
	// RoleOperator may see and change rooms.
	RoleOperator
)

// String returns the name of the role.
func (r Role) String() string {
	switch r {
	case RoleOperator:
		return "operator"
	case RoleReporter:
		return "reporter"
	default:
		return "public"
	}
}

// Principal is who acts. It names a credential, not a person. The zero value is anybody.
type Principal struct {
	Name   string // of the credential
	Method string // how it was proved, for example "bearer"
	Role   Role
}

type principalKey struct{}

// NewContext returns a context in which p acts.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalOf returns who acts in ctx.
func PrincipalOf(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

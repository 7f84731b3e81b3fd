package operator

import (
	"context"
	"slices"
)

// Role is what a principal may do.
type Role int

// The roles. From viewer to admin, each may do what those before it may; a reporter stands apart. See Role.May.
const (
	// RolePublic may ask for health and metrics.
	RolePublic Role = iota
	// RoleReporter may say what was booked and given back, and nothing else: it is for a site, or what stands beside it.
	RoleReporter
	// RoleViewer may see rooms, and what they are going to do.
	RoleViewer
	// RoleOperator may change rooms, their places and codes, and say what was booked.
	RoleOperator
	// RoleAdmin may also do what concerns the gateway itself, and the acts for tests and trials.
	RoleAdmin
)

// roleNames are the names of roles, as they stand in files and answers.
var roleNames = [...]string{RolePublic: "public", RoleReporter: "reporter", RoleViewer: "viewer", RoleOperator: "operator", RoleAdmin: "admin"}

// String returns the name of the role.
func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return roleNames[RolePublic]
	}
	return roleNames[r]
}

// ParseRole reads the name of a role that somebody can be given; false: it names none.
func ParseRole(name string) (Role, bool) {
	i := slices.Index(roleNames[:], name)
	return Role(max(i, 0)), Role(i) > RolePublic
}

// May reports whether the role may do what needs another one.
func (r Role) May(needed Role) bool {
	switch needed {
	case RolePublic:
		return true
	case RoleReporter:
		return r == RoleReporter || r >= RoleOperator
	default:
		return r >= needed
	}
}

// Principal is who acts. The zero value is anybody.
type Principal struct {
	Name   string // of the credential or the user
	Method string // how it was proved, for example "bearer"
	Role   Role
	// Rooms are the ids of those that it sees and acts on; nil: all.
	Rooms []string
	// From is where it acts from: "loopback", "socket", or a name that stands for a network and does not tell it; empty: not known.
	From string
}

// Sees reports whether a room exists for the principal.
func (p Principal) Sees(room string) bool { return p.Rooms == nil || slices.Contains(p.Rooms, room) }

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

package staff

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/suggest"
)

// version is that of the file.
const version = 1

// Roll is what stands in the file.
type Roll struct {
	Version int     `json:"version"`
	Tokens  []Token `json:"tokens"`
	Users   []User  `json:"users"`
}

// Grant is what somebody may do, where, and until when.
type Grant struct {
	// Name is what records name it by. It is a credential's name, or the name that somebody logs in with.
	Name string `json:"name"`
	// Role is the name of an operator.Role.
	Role string `json:"role"`
	// Rooms are ids; absent: all rooms, also those that there will be.
	Rooms []string  `json:"rooms,omitempty"`
	Made  time.Time `json:"made"`
	// Expires is when it ends; absent: never.
	Expires time.Time `json:"expires,omitzero"`
}

// Token is a credential of a program.
type Token struct {
	Grant
	// Hash is the SHA-256 of the token, in hexadecimal.
	Hash string `json:"hash"`
}

// User is somebody who logs in.
type User struct {
	Grant
	// Password is in PHC form, of argon2id.
	Password string `json:"password"`
	// TOTP is the secret of the one-time codes in base32, as applications take it.
	TOTP string `json:"totp"`
}

// Expired reports whether it has ended by a time.
func (g *Grant) Expired(now time.Time) bool { return !g.Expires.IsZero() && !now.Before(g.Expires) }

// principal is who acts by it.
func (g *Grant) principal(method string) operator.Principal {
	role, _ := operator.ParseRole(g.Role)
	return operator.Principal{Name: g.Name, Method: method, Role: role, Rooms: slices.Clone(g.Rooms)}
}

// Bounds of a file.
const (
	maxFile  = 1 << 20
	maxNames = 1000 // tokens and users together
	maxRooms = 1000
)

var (
	namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)
	roomPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	// reserved are the names by which records name what is not in the file.
	reserved = []string{"token", "report_token", "site"}
)

// Roles are the names that can be given.
func Roles() []string {
	var all []string
	for role := operator.RoleReporter; role <= operator.RoleAdmin; role++ {
		all = append(all, role.String())
	}
	return all
}

// ErrInvalid means that a file is no roll.
var ErrInvalid = errors.New("not a valid staff file")

// Decode reads the text of a file. The error is ErrInvalid, with all that is wrong.
func Decode(text []byte) (*Roll, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	r := new(Roll)
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the object", ErrInvalid)
	}
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return r, nil
}

// Validate joins all that is wrong, by paths as users[0].role.
func (r *Roll) Validate() error {
	var errs []error
	bad := func(path, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
	}
	if r.Version != version {
		bad("version", "%d: want %d", r.Version, version)
	}
	if n := len(r.Tokens) + len(r.Users); n > maxNames {
		bad("users", "there are %d tokens and users: want at most %d", n, maxNames)
		return errors.Join(errs...)
	}
	names, hashes := map[string]string{}, map[string]string{}
	for i := range r.Tokens {
		t, path := &r.Tokens[i], fmt.Sprintf("tokens[%d]", i)
		t.problems(path, names, bad)
		if sum, err := hex.DecodeString(t.Hash); err != nil || len(sum) != 32 || t.Hash != strings.ToLower(t.Hash) {
			bad(path+".hash", "want the SHA-256 of a token, 64 hexadecimal digits in lower case")
		}
		unique(hashes, t.Hash, path+".hash", bad)
	}
	for i := range r.Users {
		u, path := &r.Users[i], fmt.Sprintf("users[%d]", i)
		u.problems(path, names, bad)
		if _, err := parsePHC(u.Password); err != nil {
			bad(path+".password", "%v", err)
		}
		if _, err := decodeTOTP(u.TOTP); err != nil {
			bad(path+".totp", "%v", err)
		}
		if u.Role == operator.RoleReporter.String() {
			bad(path+".role", "is for tokens: users see rooms")
		}
	}
	return errors.Join(errs...)
}

func (g *Grant) problems(path string, names map[string]string, bad func(path, format string, args ...any)) {
	if err := CheckName(g.Name); err != nil {
		bad(path+".name", "%v", err)
	}
	unique(names, g.Name, path+".name", bad)
	if err := CheckRole(g.Role); err != nil {
		bad(path+".role", "%v", err)
	}
	if g.Rooms != nil && len(g.Rooms) == 0 || len(g.Rooms) > maxRooms {
		bad(path+".rooms", "has %d ids: want 1 to %d, or none of this key for all rooms", len(g.Rooms), maxRooms)
	}
	for i, room := range g.Rooms {
		if err := CheckRoom(room); err != nil {
			bad(fmt.Sprintf("%s.rooms[%d]", path, i), "%v", err)
		}
	}
}

// unique notes where a value stands, and says if it stands somewhere already.
func unique(seen map[string]string, value, path string, bad func(path, format string, args ...any)) {
	if first, there := seen[value]; there {
		bad(path, "is that of %s", first)
		return
	}
	seen[value] = path
}

// CheckName says why something cannot be the name of a token or user, or nil.
func CheckName(name string) error {
	switch {
	case !namePattern.MatchString(name):
		return fmt.Errorf("%q: want 1 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter or digit", name)
	case slices.Contains(reserved, name):
		return fmt.Errorf("%q: this name stands for something else in the records", name)
	}
	return nil
}

// CheckRole says why something is no role that can be given, or nil.
func CheckRole(name string) error {
	if _, ok := operator.ParseRole(name); ok {
		return nil
	}
	text := fmt.Sprintf("%q: want one of %s", name, strings.Join(Roles(), ", "))
	if like := suggest.Nearest(name, Roles(), 2); like != "" {
		text += "; did you mean " + like + "?"
	}
	return errors.New(text)
}

// CheckRoom says why something cannot be the id of a room, or nil.
func CheckRoom(id string) error {
	if roomPattern.MatchString(id) {
		return nil
	}
	return fmt.Errorf("%q: no room can have this id", id)
}

// User finds a user by name; nil: there is none.
func (r *Roll) User(name string) *User {
	if i := slices.IndexFunc(r.Users, func(u User) bool { return u.Name == name }); i >= 0 {
		return &r.Users[i]
	}
	return nil
}

// decodeTOTP reads a secret.
func decodeTOTP(text string) ([]byte, error) {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(secret) < minSecret || len(secret) > maxSecret {
		return nil, fmt.Errorf("want %d to %d bytes in base32, upper case without padding", minSecret, maxSecret)
	}
	return secret, nil
}

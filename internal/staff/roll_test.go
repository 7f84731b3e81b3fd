package staff

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, of which applications show the last six digits.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := codeAt(secret, stepAt(time.Unix(at, 0))); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// A string that the reference implementation of argon2 made: argon2 somesalt -id -t 2 -m 16 -p 1, of "password".
func TestAPasswordIsCheckedAsEverybodyDoes(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	p, err := parsePHC(reference)
	if err != nil || !p.fits("password") || p.fits("passwort") {
		t.Errorf("%v", err)
	}
	made := HashPassword(password)
	if p, err := parsePHC(made); err != nil || !p.fits(password) || !strings.HasPrefix(made, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s: %v", made, err)
	}
	if made == HashPassword(password) {
		t.Error("two passwords have one salt")
	}
}

func TestAFileMayNotAskForMoreThanACheckMayTake(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, text := range []string{
		"", "secret", "$2a$10$abc", "$argon2i$v=19$m=16,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=16$m=16,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=4194304,t=2,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=16,t=99,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=16,t=0,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=16,t=2,p=0$" + salt + "$" + key,
		"$argon2id$v=19$m=16,t=2,p=1x$" + salt + "$" + key,
		"$argon2id$v=19$m=16,t=2,p=1$$" + key,
		"$argon2id$v=19$m=16,t=2,p=1$" + salt + "$",
	} {
		if p, err := parsePHC(text); err == nil {
			t.Errorf("%q is read as %v", text, p)
		}
	}
}

// All that is wrong is told at once, each by its path.
func TestMistakesOfAFileAreToldAtOnce(t *testing.T) {
	good := NewTOTP()
	text := `{"version": 2,
		"tokens": [{"name": "Board", "role": "viewer", "made": "2026-01-01T00:00:00Z", "hash": "abc"},
			{"name": "token", "role": "boss", "made": "2026-01-01T00:00:00Z", "hash": "` + strings.Repeat("a", 64) + `"},
			{"name": "c", "role": "viewer", "made": "2026-01-01T00:00:00Z", "hash": "` + strings.Repeat("a", 64) + `"}],
		"users": [{"name": "c", "role": "opertor", "rooms": [], "made": "2026-01-01T00:00:00Z", "password": "x", "totp": "y"},
			{"name": "d", "role": "reporter", "rooms": ["Termine"], "made": "2026-01-01T00:00:00Z", "password": "` + cheap(password) + `", "totp": "` + good + `"}]}`
	_, err := Decode([]byte(text))
	if !errors.Is(err, ErrInvalid) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"version: 2: want 1", `tokens[0].name: "Board": want 1 to 32`, "tokens[0].hash: want the SHA-256", `tokens[1].name: "token": this name stands`,
		`tokens[1].role: "boss": want one of reporter, viewer, operator, admin`, "tokens[2].hash: is that of tokens[1].hash", "users[0].name: is that of tokens[2].name",
		`users[0].role: "opertor": want one of reporter, viewer, operator, admin; did you mean operator?`, "users[0].rooms: has 0 ids: want 1 to 1000, or none of this key",
		"users[0].password: want the PHC form", "users[0].totp: want 16 to 64 bytes", "users[1].role: is for tokens", `users[1].rooms[0]: "Termine": no room can have this id`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told of", want)
		}
	}
	if strings.Contains(err.Error(), good) {
		t.Error("a secret is told")
	}
	for _, broken := range []string{"", "[]", "{", `{"version":1} x`, `{"version":1,"usres":[]}`, `{"version":1,"users":[{"paswd":1}]}`} {
		if _, err := Decode([]byte(broken)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

func TestAFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	r, err := LoadOrEmpty(path)
	if err != nil {
		t.Fatal(err)
	}
	_, hash := NewToken()
	r.Tokens = append(r.Tokens, Token{Grant: Grant{Name: "board", Role: "viewer"}, Hash: hash})
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got, err := Load(path); err != nil || len(got.Tokens) != 1 || got.Tokens[0].Name != "board" {
		t.Errorf("%+v, %v", got, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("beside it are %v, %v", left, err)
	}
	if err := os.Mkdir(path+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path + ".d"); !errors.Is(err, ErrInvalid) {
		t.Errorf("a directory: %v", err)
	}
	r.Tokens[0].Role = "boss"
	if err := r.Save(path); !errors.Is(err, ErrInvalid) {
		t.Errorf("what is wrong is written: %v", err)
	}
}

func TestAnApplicationTakesTheSecretAsAnAddress(t *testing.T) {
	u := User{Grant: Grant{Name: "anna"}, TOTP: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
	const want = "otpauth://totp/gate%20of%20Speyer:anna?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=gate+of+Speyer"
	if got := u.URL("gate of Speyer"); got != want {
		t.Errorf("%s", got)
	}
}

func TestAPasswordHasSomeLength(t *testing.T) {
	for text, ok := range map[string]bool{
		"elf zeichen": false, "zwölf zeiche": true, "ä ö ü ä ö ü": false, password: true, strings.Repeat("a", 257): false,
		"with\nlines in it": false, "broken \xff utf-8 text": false,
	} {
		if err := CheckPassword(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

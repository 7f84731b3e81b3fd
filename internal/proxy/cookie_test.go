package proxy

import (
	"bytes"
	"testing"
)

func isOurs(name []byte) bool { return bytes.HasPrefix(name, []byte("__Host-einlass-")) }

func TestOwnCookiesLeaveTheOthersByteForByte(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"alone", "__Host-einlass-a=1", ""},
		{"alone with a separator", "__Host-einlass-a=1;", ""},
		{"first", "__Host-einlass-a=1; b=2; c=3", "b=2; c=3"},
		{"last", "b=2; __Host-einlass-a=1", "b=2"},
		{"between", "b=2; __Host-einlass-a=1; c=3", "b=2; c=3"},
		{"several", "__Host-einlass-a=1; b=2;__Host-einlass-b=x;  c=3", "b=2;  c=3"},
		{"odd spacing of others is kept", "b=2 ;c = \"x y\"; __Host-einlass-a=1;d", "b=2 ;c = \"x y\";d"},
		{"blanks around our name", "b=2;  __Host-einlass-a =1", "b=2"},
		{"a value that looks like ours stays", "b=__Host-einlass-a; __Host-einlass-a=1", "b=__Host-einlass-a"},
		{"no value", "__Host-einlass-a; b=2", "b=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(appendCookies([]byte("x"), []byte(c.in), isOurs)); got != "x"+c.out {
				t.Errorf("%q became %q, want %q", c.in, got[1:], c.out)
			}
		})
	}
}

func TestACookieFieldWithoutOursIsNotTouched(t *testing.T) {
	for _, value := range []string{"a=1; einlass=2; x__Host-einlass-a=3", ";; a=1 ;", "", " ", "=x"} {
		if got := string(appendCookies(nil, []byte(value), isOurs)); got != value {
			t.Errorf("%q became %q", value, got)
		}
	}
}

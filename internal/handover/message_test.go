package handover

import (
	"encoding/json"
	"testing"
)

// A socket of which a release before does not say whose it is may be the service manager's.
func TestWhoseASocketIsIsKnownOfAPredecessorOfAnyRelease(t *testing.T) {
	for text, managed := range map[string]bool{
		`{"path":"listen.http","own":true}`:     false,
		`{"path":"listen.http","managed":true}`: true,
		`{"path":"listen.http"}`:                true,
		`{"path":"listen.unix","unlink":true}`:  false,
	} {
		var s socket
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		if s.managed() != managed {
			t.Errorf("%s: managed %t", text, s.managed())
		}
	}
}

package webhook

import (
	"bytes"
	"testing"
)

var secret = bytes.Repeat([]byte("s"), MinSecret)

// Each part of what is signed changes it.
func TestASignatureHoldsTheWholeRequest(t *testing.T) {
	key := []byte{0x30, 0xad, 0xb1, 0x77}
	if a, b := Sign(key, "msg_1", "1614265330", []byte(`{"test": 2432232314}`)), Sign(key, "msg_1", "1614265331", []byte(`{"test": 2432232314}`)); a == b || len(a) != 44 {
		t.Errorf("%s and %s", a, b)
	}
}

func TestWhatIsNoServiceIsRefused(t *testing.T) {
	for _, to := range []string{"", "sms.example", "ftp://sms.example", "https://", "https://user:pw@sms.example/", "https://sms.example/#x"} {
		if _, err := New(to, secret, nil); err == nil {
			t.Errorf("%q is taken", to)
		}
	}
	if _, err := New("https://sms.example", secret[1:], nil); err == nil {
		t.Error("a short secret is taken")
	}
}

func TestASecretIsReadAsServicesWriteIt(t *testing.T) {
	if key, err := Key("whsec_AAEC"); err != nil || !bytes.Equal(key, []byte{0, 1, 2}) {
		t.Errorf("%v, %v", key, err)
	}
	if key, err := Key("plain"); err != nil || string(key) != "plain" {
		t.Errorf("%v, %v", key, err)
	}
	if _, err := Key("whsec_!"); err == nil {
		t.Error("no base64 is taken")
	}
}

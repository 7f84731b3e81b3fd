// Package webhook sends signed JSON to a service of the operator's, in the form of Standard Webhooks
// (github.com/standard-webhooks/standard-webhooks, spec 1.0.0): webhook-id, webhook-timestamp and webhook-signature with "v1," and the
// base64 of HMAC-SHA256 over id, timestamp and body with points between them.
//
// A redirect is not followed: it would carry the body elsewhere. No error says anything of the body.
//
// internal/sms and internal/alerts import it; it imports nothing of ours.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MinSecret is the length of a secret in bytes that a sender takes, at least.
const MinSecret = 32

// timeout bounds one request.
const timeout = 5 * time.Second

// Sender sends to one service. Safe for concurrent use.
type Sender struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
}

// New makes a sender. now is the clock of the signatures; nil: time.Now.
func New(to string, secret []byte, now func() time.Time) (*Sender, error) {
	if err := CheckURL(to); err != nil {
		return nil, err
	}
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("secret of %d bytes: want at least %d", len(secret), MinSecret)
	}
	if now == nil {
		now = time.Now
	}
	return &Sender{url: to, secret: secret, now: now, client: &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// CheckURL says why a service cannot be at an address.
func CheckURL(to string) error {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return fmt.Errorf("%q is not accepted; want for example https://sms.example.org/hook", to)
	}
	return nil
}

// Key is the key that a secret stands for: the bytes of a text that begins with whsec_ and goes on in base64, as services write it, else the
// text itself.
func Key(text string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	if !ok {
		return []byte(text), nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("a secret that begins with whsec_ goes on in base64")
	}
	return key, nil
}

// Send sends a value as JSON. An error says that the service did not take it.
func (s *Sender) Send(ctx context.Context, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return errors.New("message not encoded")
	}
	var drawn [16]byte
	_, _ = rand.Read(drawn[:]) // never fails
	id, at := "msg_"+base64.RawURLEncoding.EncodeToString(drawn[:]), strconv.FormatInt(s.now().Unix(), 10)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("request not made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", at)
	req.Header.Set("Webhook-Signature", "v1,"+Sign(s.secret, id, at, body))
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("the service for messages cannot be reached: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the service for messages answers with status %d", resp.StatusCode)
	}
	return nil
}

// Sign is the signature of a request.
func Sign(secret []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

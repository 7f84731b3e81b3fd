// Package sms hands short messages to a service of the operator's by a signed webhook (internal/webhook).
//
// A telephone number is in the body of the one request, and nowhere else: no error says it, and nothing is kept or repeated.
//
// cmd/gateway and internal/operator import it; of this module it imports internal/webhook.
package sms

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/einlass/einlass/internal/webhook"
)

// ErrNumber means that a text is no telephone number.
var ErrNumber = errors.New("no telephone number: want digits, 5 to 15, after a plus sign or not")

// Message is one short message.
type Message struct {
	// To is a telephone number, Text what is said, and Link the address that the text leads to.
	To   string `json:"to"`
	Text string `json:"text"`
	Link string `json:"link"`
}

// Sender hands messages to one service. Safe for concurrent use.
type Sender struct{ hook *webhook.Sender }

// New makes a sender over the webhook of a service.
func New(hook *webhook.Sender) *Sender { return &Sender{hook: hook} }

var digits = regexp.MustCompile(`^\+?[0-9]{5,15}$`)

// Number is a telephone number in its one form: without what people write between the digits.
func Number(text string) (string, error) {
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/().", r) {
			return -1
		}
		return r
	}, text)
	if !digits.MatchString(number) {
		return "", ErrNumber
	}
	return number, nil
}

// Send hands a message over. An error says that the service did not take it; it says nothing of the message.
func (s *Sender) Send(ctx context.Context, m Message) error { return s.hook.Send(ctx, m) }

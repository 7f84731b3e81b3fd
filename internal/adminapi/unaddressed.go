package adminapi

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.uber.org/zap"
)

// An error of a connection names the addresses of both its ends. Neither the log nor the record of acts holds those of people.

// inText is an address of an interface, with its port or without.
var inText = regexp.MustCompile(`\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[^\]]*)?\](:\d+)?|\b\d{1,3}(\.\d{1,3}){3}(:\d+)?`)

// unaddressed is a text with … in the place of addresses.
func unaddressed(text string) string { return inText.ReplaceAllString(text, "…") }

// connectionLog is where net/http says what is wrong with a connection: a TLS handshake that failed, for one.
type connectionLog struct{ to *zap.Logger }

// Write takes one line.
func (l connectionLog) Write(line []byte) (int, error) {
	l.to.Warn("admin connection", zap.String("error", unaddressed(strings.TrimSpace(string(line)))))
	return len(line), nil
}

// errCutOff means that a body ended, or stopped, before it was whole.
var errCutOff = fmt.Errorf("%w: it did not come whole, or too slowly", errMalformed)

// whole is the body of a request. Its errors are told to the client and stand in the record.
type whole struct{ io.ReadCloser }

// Read reads; it fails with io.EOF at the end and errCutOff before it.
func (b whole) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errCutOff
	}
	return n, err
}

package demo

import "time"

// Certificate is a file that somebody handed in. The portal keeps its
// fingerprint and not its content: enough to show that it arrived whole.
type Certificate struct {
	Name   string
	Type   string // "application/pdf", "image/jpeg" or "image/png", found by content
	Size   int64
	SHA256 string // hexadecimal
	At     time.Time
}

// Package configs embeds the configuration files of this directory, so that the gateway can print the reference
// and run the demo without them. It imports nothing; internal/config and cmd/gateway import it.
package configs

import "embed"

// Files holds every *.yaml of this directory.
//
//go:embed *.yaml
var Files embed.FS

// Reference is the commented configuration with every key and its default.
//
//go:embed reference.yaml
var Reference []byte

// Demo is what the demonstration runs with.
//
//go:embed demo.yaml
var Demo []byte

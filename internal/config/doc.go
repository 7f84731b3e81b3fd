// Package config reads the gateway's configuration: one YAML file, environment variables and flags, in this
// order, later ones win.
//
// It is strict. An unknown or repeated key, a value of the wrong kind or out of range, two rooms that claim
// the same path: [Load] collects every such problem in one [LoadError], each with its path in the file, its
// place (line, variable or flag) and what is accepted. Nothing is guessed and nothing is ignored.
//
// The result is plain data. Of this module the package imports only what stands alone: pkg/queue for the bounds of a
// pace, internal/route for the spelling of paths, configs for the reference.
//
// # Spelling of values
//
//	duration   Go's: 30s, 5m, 1h30m; 0 switches off what can be off
//	size       bytes: 4096, 64KiB, 10MiB, 1GiB (1024) or 64kB, 10MB, 1GB (1000)
//	network    10.0.0.0/8, 2001:db8::/32, or one address
//	secret     in the file, or by KEY_file, which names a file that holds nothing else
//
// # Environment
//
// A variable begins with EINLASS_ and spells the path in capitals, two underscores between levels:
//
//	EINLASS_LISTEN__HTTP=:9000                  listen.http
//	EINLASS_TRUSTED_PROXIES=10.0.0.0/8,::1      a list, separated by commas
//	EINLASS_ROOMS__0__ID=termine                by position; the next free position adds a room
//	EINLASS_ROOMS__KFZ_SUED__PACE__RATE=120     by id, with _ for -
//
// A variable with the prefix that names no key is an error, except those that belong to the command line
// (EINLASS_CONFIG, EINLASS_ADMIN_URL, EINLASS_ADMIN_TOKEN, EINLASS_ADMIN_CA), the one that keys.env names, and the ones that
// Kubernetes makes for a service called einlass.
package config

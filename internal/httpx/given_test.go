package httpx

import "github.com/einlass/einlass/internal/config"

// given is the boundary of an empty configuration file, changed.
func given(changes ...func(*Config)) Config {
	c := Config{Limits: config.Default().Limits, TrustedFields: config.Default().TrustedFields}
	for _, change := range changes {
		change(&c)
	}
	return c
}

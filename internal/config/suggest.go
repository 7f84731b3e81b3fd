package config

import (
	"strings"

	"github.com/einlass/einlass/internal/suggest"
)

// nearest is the key that s was most likely meant to be, or "" when nothing is near enough to say so.
func nearest(s string, names []string) string {
	return suggest.Nearest(strings.ToLower(s), names, max(1, len(s)/3))
}

package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes.
type Size int64

// Secret is text that is never printed.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[hidden]"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// sizeUnits is in the order in which suffixes are tried: "B" is the end of all others.
var sizeUnits = [...]struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"kB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"B", 1},
	{"", 1},
}

func parseSize(s string) (Size, error) {
	for _, unit := range sizeUnits {
		digits, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		n, err := parseInt(strings.TrimSpace(digits))
		if err != nil || n < 0 || n > (1<<62)/unit.bytes {
			break
		}
		return Size(n * unit.bytes), nil
	}
	return 0, fmt.Errorf("%q is not a size; write for example 4096, 64KiB, 10MiB or 1GiB", s)
}

// String is the size in the largest unit of 1024 that keeps it whole.
func (s Size) String() string {
	for _, unit := range []int{2, 1, 0} {
		u := sizeUnits[unit]
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		hint := "30s, 5m or 1h30m"
		if n, err := strconv.ParseUint(s, 10, 32); err == nil {
			hint = fmt.Sprintf("%ds or %dm", n, n)
		}
		return 0, fmt.Errorf("%q is not a duration; write for example %s", s, hint)
	}
	return d, nil
}

// parseInt reads decimal digits, with single underscores between them. A leading zero is refused, because
// YAML 1.1 would have read octal.
func parseInt(s string) (int64, error) {
	digits := strings.TrimPrefix(s, "-")
	for i, c := range []byte(digits) {
		between := i > 0 && i < len(digits)-1 && digits[i-1] != '_'
		if (c < '0' || c > '9') && (c != '_' || !between) {
			return 0, fmt.Errorf("%q is not a whole number", s)
		}
	}
	if len(digits) > 1 && digits[0] == '0' {
		return 0, fmt.Errorf("%q begins with a zero; write it without", s)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is out of range", s)
	}
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return n, nil
}

func parseBool(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

// ParseNetwork reads a network, 10.0.0.0/8, or one address, as trusted_proxies has them. The error says what is wrong and what is accepted.
func ParseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is not a network; write for example 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7", s)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits behind its length; did you mean %s?", s, p.Masked())
	}
	if p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q: write IPv4 networks in the IPv4 form", s)
	}
	return p, nil
}

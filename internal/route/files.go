package route

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Files are kinds of files that pages are made of, each named by the end of its name. No path can promise that a server has
// such a file: /termine/book.php/x.css may be a page of book.php, and /termine/x.css whatever a front controller likes. So
// [Router] knows nothing of them, and who lets them through has to look at three things: the path (Has), that nobody loads a page,
// and what the server says that its answer is (IsOne).
type Files []kind

// kind is one end of a name.
type kind struct {
	end   string
	types []string
}

// kinds are the ends that are accepted, with the media types of such files as servers name them. No page is one of them,
// and neither is what a program answers with.
var kinds = []kind{
	{"css", []string{"text/css"}},
	{"js", scripts},
	{"mjs", scripts},
	{"avif", images},
	{"gif", images},
	{"ico", images},
	{"jpeg", images},
	{"jpg", images},
	{"png", images},
	{"svg", images},
	{"webp", images},
	{"otf", fonts},
	{"ttf", fonts},
	{"woff", fonts},
	{"woff2", fonts},
}

var (
	scripts = []string{"text/javascript", "application/javascript", "application/x-javascript"}
	images  = []string{"image/*"}
	fonts   = []string{"font/*", "application/font-*", "application/x-font-*", "application/octet-stream"}
)

// SplitFiles takes the kinds of files ("*.css") out of a list of prefixes.
func SplitFiles(rules []string) (prefixes, files []string) {
	for _, rule := range rules {
		if IsFiles(rule) {
			files = append(files, rule)
		} else {
			prefixes = append(prefixes, rule)
		}
	}
	return prefixes, files
}

// IsFiles reports whether a rule names a kind of files, accepted or not, and no prefix.
func IsFiles(rule string) bool { return strings.HasPrefix(rule, "*") }

// ParseFiles reads kinds as they are configured: "*.css". The error says what is wrong and what is accepted, and continues a
// sentence that begins with the rule.
func ParseFiles(rules ...string) (Files, error) {
	var f Files
	for _, rule := range rules {
		i := slices.IndexFunc(kinds, func(k kind) bool { return rule == "*."+k.end })
		if i < 0 {
			return nil, fmt.Errorf("is no kind of files that can be open by name; want one of %s, or a path prefix", accepted())
		}
		f = append(f, kinds[i])
	}
	return f, nil
}

func accepted() string {
	all := make([]string, len(kinds))
	for i, k := range kinds {
		all[i] = "*." + k.end
	}
	return strings.Join(all, ", ")
}

// Has reports whether a raw path, without query, is one of a file of these kinds that every server reads alike: letters of
// ASCII, digits, "-", "_", "~" and ".", no empty segments, none that begins or ends with a dot, and none before the last that
// looks like a file itself (book.php/x.css), version numbers apart.
func (f Files) Has(path []byte) bool { return f.of(path) != nil }

func (f Files) of(path []byte) *kind {
	if len(f) == 0 || len(path) < 2 || path[0] != '/' {
		return nil
	}
	rest := path
	for {
		var segment []byte
		segment, rest = nextSegment(rest)
		if !isPlainName(segment) {
			return nil
		}
		if rest == nil {
			return f.named(segment)
		}
		if looksLikeFile(segment) {
			return nil
		}
	}
}

// named is the kind that a name ends with, in any case of letters.
func (f Files) named(name []byte) *kind {
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 {
		return nil
	}
	for i := range f {
		if strings.EqualFold(f[i].end, string(name[dot+1:])) {
			return &f[i]
		}
	}
	return nil
}

func isPlainName(segment []byte) bool {
	if len(segment) == 0 || segment[0] == '.' || segment[len(segment)-1] == '.' {
		return false
	}
	for _, c := range segment {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// looksLikeFile reports whether a segment has a letter behind a dot: book.php, but not jquery-3.7.1.
func looksLikeFile(segment []byte) bool {
	for i, c := range segment {
		if c == '.' && i+1 < len(segment) && (segment[i+1] < '0' || segment[i+1] > '9') {
			return true
		}
	}
	return false
}

// IsOne reports whether an answer to a path that Has is such a file: all of it, a part, or word that a copy is still good
// (status 200, 206, 304), of a media type that such files have. A 304 need not say its type.
func (f Files) IsOne(path []byte, status int, contentType []byte) bool {
	k := f.of(path)
	switch {
	case k == nil:
		return false
	case status == 304:
		return true
	case status != 200 && status != 206:
		return false
	}
	media, _, _ := strings.Cut(string(contentType), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return slices.ContainsFunc(k.types, func(known string) bool {
		if begin, any := strings.CutSuffix(known, "*"); any {
			return strings.HasPrefix(media, begin)
		}
		return media == known
	})
}

package admission

import "hash/maphash"

// Kind stands for requests that usually take a site the same time: those of one method and one pattern of paths that end with
// the same class of status. It is a hash by a key that a Meter makes for itself: it says nothing elsewhere, and no visitor can find
// a path that is taken for another one.
type Kind uint64

// Kinds that are no hash.
const (
	// KindOther is what has no kind of its own, because there are too many.
	KindOther Kind = iota
	// KindRefused are answers that the request is at fault (4xx), whatever it was for.
	KindRefused
	// KindStyle and the following are files, by their extension.
	KindStyle
	KindScript
	KindImage
	KindFont
	KindMedia
	namedKinds
)

// isFile reports whether it is one of the kinds of files.
func (k Kind) isFile() bool { return k >= KindStyle && k < namedKinds }

// Asked is what is known of a request's kind before it is answered.
type Asked uint64

// hashed marks an Asked and a Kind that are hashes; classBits is where a Kind of that sort has the class of its status.
const (
	hashed    = 1 << 63
	classBits = 3
)

// AskedFor is the kind of a request as far as it is known before the answer. The query is not looked at, and neither are parameters of a
// segment (";jsessionid=…"). A segment that looks like a number, a date, an id or free text counts as any such; what lies below six
// segments as well. It is safe for concurrent use.
func (m *Meter) AskedFor(method string, path []byte) Asked {
	if method == "GET" || method == "HEAD" {
		if k := fileKind(path); k != KindOther {
			return Asked(k)
		}
	}
	var buf [maxTemplate]byte
	return Asked(maphash.Bytes(m.seed, template(buf[:0], method, path))&^classBits | hashed)
}

// Kind is the kind of a request and the status of its answer; 0: there is none yet, or there was none.
func (a Asked) Kind(status int) Kind {
	if status >= 400 && status < 500 {
		return KindRefused
	}
	if a&hashed == 0 {
		return Kind(a)
	}
	return Kind(a) | statusClass(status)
}

const (
	maxSegments = 6
	// maxName is the longest segment, or method, that is taken for a name, manyDigits and longWithDigit what makes it none.
	maxName       = 24
	manyDigits    = 3
	shortHex      = 8
	longWithDigit = 12
	// maxTemplate is the length of the longest pattern.
	maxTemplate = maxName + maxSegments*(1+maxName) + len("*")
)

// template appends the pattern of a request: its method and its path, with "*" for what varies.
func template(b []byte, method string, path []byte) []byte {
	b = append(b, method[:min(len(method), maxName)]...)
	for n := 0; len(path) > 0; n++ {
		if n == maxSegments {
			return append(b, '*')
		}
		var segment []byte
		segment, path = cutSegment(path)
		b = append(b, '/')
		if isFree(segment) {
			b = append(b, '*')
		} else {
			b = append(b, segment...)
		}
	}
	return b
}

// statusClass parts answers of one path that cost a site different work: the page, a redirect, "you have it already".
func statusClass(status int) Kind {
	switch {
	case status == 304:
		return 1
	case status >= 300 && status < 400:
		return 2
	}
	return 0 // a failure is one of the page
}

// cutSegment takes the first segment, without its parameters, off a path.
func cutSegment(path []byte) (segment, rest []byte) {
	if path[0] == '/' {
		path = path[1:]
	}
	end, params := len(path), len(path)
	for i, c := range path {
		if c == ';' {
			params = min(params, i)
		}
		if c == '/' {
			end = i
			break
		}
	}
	return path[:min(end, params)], path[end:]
}

// isFree reports whether a segment varies from visitor to visitor.
func isFree(segment []byte) bool {
	if len(segment) > maxName {
		return true
	}
	digits, hex := 0, 0
	for _, c := range segment {
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == '-':
			hex++
		}
	}
	switch {
	case digits == 0:
		return false
	case digits == len(segment), digits >= manyDigits, len(segment) >= longWithDigit:
		return true
	}
	return len(segment) >= shortHex && hex == len(segment)
}

// fileKind is the kind of a path that ends with an extension of a file that is served as it lies; KindOther: it does not.
func fileKind(path []byte) Kind {
	for i := len(path) - 1; i >= 0 && len(path)-i <= len(".woff2"); i-- {
		if path[i] == '/' {
			break
		}
		if path[i] != '.' {
			continue
		}
		switch string(path[i+1:]) {
		case "css":
			return KindStyle
		case "js", "mjs", "map":
			return KindScript
		case "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico":
			return KindImage
		case "woff", "woff2", "ttf", "otf", "eot":
			return KindFont
		case "mp3", "mp4", "webm", "ogg":
			return KindMedia
		}
		break
	}
	return KindOther
}

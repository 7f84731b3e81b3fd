package admission

// Kind stands for requests that usually take a site the same time: those of one method and one pattern of paths that end with
// the same class of status. It is a hash, the same in all processes; neither path nor anything of a visitor can be read from it.
type Kind uint32

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

// KindOf is the kind of a request and the status of its answer; 0: there is none yet, or there was none. The query is not looked at,
// and neither are parameters of a segment (";jsessionid=…"). A segment that looks like a number, a date, an id or free text
// counts as any such; what lies below six segments as well.
func KindOf(method string, path []byte, status int) Kind {
	if status >= 400 && status < 500 {
		return KindRefused
	}
	fetches := method == "GET" || method == "HEAD"
	if fetches {
		if k := fileKind(path); k != KindOther {
			return k
		}
	}
	h := hashString(fnvOffset, method)
	h = hashByte(h, statusClass(status))
	for n := 0; len(path) > 0; n++ {
		if n == maxSegments {
			return kindOf(hashByte(h, '*'))
		}
		var segment []byte
		segment, path = cutSegment(path)
		h = hashByte(h, '/')
		if isFree(segment) {
			h = hashByte(h, '*')
			continue
		}
		for _, c := range segment {
			h = hashByte(h, c)
		}
	}
	return kindOf(h)
}

const (
	maxSegments = 6
	// maxName is the longest segment that is taken for a name, manyDigits and longWithDigit what makes it none.
	maxName       = 24
	manyDigits    = 3
	shortHex      = 8
	longWithDigit = 12
)

// statusClass parts answers of one path that cost a site different work: the page, a redirect, "you have it already".
func statusClass(status int) byte {
	switch {
	case status == 304:
		return 'u'
	case status >= 300 && status < 400:
		return 'r'
	}
	return 'p' // a failure is one of the page
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

// FNV-1a, 64 bits, folded to 32.
const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

func hashByte(h uint64, c byte) uint64 { return (h ^ uint64(c)) * fnvPrime }

func hashString(h uint64, s string) uint64 {
	for i := range len(s) {
		h = hashByte(h, s[i])
	}
	return hashByte(h, 0)
}

func kindOf(h uint64) Kind {
	return max(Kind(h>>32)^Kind(h&(1<<32-1)), namedKinds) //nolint:gosec // both halves are meant
}

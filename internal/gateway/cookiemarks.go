package gateway

import (
	"bytes"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/placelink"
)

// Cookies beside the one that says what the visitor is: none of them gives anybody anything.

// markCookie is the value of one of them in the jar that a visit uses, nil if none came.
func (r *Room) markCookie(v *httpx.Visit, names *[jars]string) []byte {
	return v.Cookie(names[r.jar(v)])
}

// A browser that has been shown how many are ahead is never shown more, so it sends the figure along: in a cookie with
// page loads, as a parameter with polls. The tabs of a browser share one ticket and come to it one after the other, so
// a figure counts only for the number that it was shown for.

// shown is the last number of people ahead that this browser was shown for a place, -1 if unknown.
func (r *Room) shown(v *httpx.Visit, number uint64) int64 {
	return parseShown(r.markCookie(v, &r.cookies.shown), number)
}

// shownByPoll is shown for a poll. Pages of older releases name no number there: for them counts what the cookie says.
func (r *Room) shownByPoll(v *httpx.Visit, number uint64) int64 {
	if value := param(v.Query(), "shown"); bytes.IndexByte(value, '.') >= 0 {
		return parseShown(value, number)
	}
	return r.shown(v, number)
}

// parseShown reads "<number>.<people ahead>" that a browser sent; what is none, or of another number, is unknown. A lie
// only changes what is shown to the liar.
func parseShown(value []byte, number uint64) int64 {
	mine, ahead, _ := bytes.Cut(value, []byte("."))
	if n, err := strconv.ParseUint(string(mine), 10, 64); err != nil || n != number {
		return -1
	}
	n, err := strconv.ParseUint(string(ahead), 10, 40)
	if err != nil {
		return -1
	}
	return int64(n)
}

func (r *Room) rememberShown(v *httpx.Visit, number uint64, ahead int) {
	value := strconv.AppendUint(make([]byte, 0, 32), number, 10)
	value = strconv.AppendInt(append(value, '.'), int64(ahead), 10)
	r.setCookie(v, &r.cookies.shown, string(value), r.Line.Timing().Life)
}

func (r *Room) dropShown(v *httpx.Visit) {
	if r.markCookie(v, &r.cookies.shown) != nil {
		r.setCookie(v, &r.cookies.shown, "", -1)
	}
}

// langLife is how long a chosen language is remembered.
const langLife = 24 * time.Hour

// rememberedLang is the tag of the language that was chosen in this browser, nil if none was.
func (r *Room) rememberedLang(v *httpx.Visit) []byte { return r.markCookie(v, &r.cookies.lang) }

// rememberLang sets it. The tag is one of the room's.
func (r *Room) rememberLang(v *httpx.Visit, tag string) {
	r.setCookie(v, &r.cookies.lang, tag, langLife)
}

// takeSecret is the secret by which this browser takes a place over, nil if it has none.
func (e *exchange) takeSecret() []byte {
	secret := e.r.markCookie(e.v, &e.r.cookies.take)
	if !isProof(secret) {
		return nil
	}
	return secret
}

// giveTakeSecret gives the browser one, for as long as a link is good for, unless it has one: with each it comes to another id.
func (e *exchange) giveTakeSecret() {
	secret := string(e.takeSecret())
	if secret == "" {
		secret = newTakeSecret()
	}
	e.r.setCookie(e.v, &e.r.cookies.take, secret, 2*placelink.Life)
}

// still reports whether the visitor has turned reloads off.
func (e *exchange) still() bool { return e.r.markCookie(e.v, &e.r.cookies.still) != nil }

// keepStill sets the cookie, or with a negative age drops it.
func (r *Room) keepStill(v *httpx.Visit, value string, age time.Duration) {
	r.setCookie(v, &r.cookies.still, value, age)
}

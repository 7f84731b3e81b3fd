package gateway

import (
	"bytes"
	"strconv"

	"github.com/einlass/einlass/internal/httpx"
)

// A browser that has been shown how many are ahead is never shown more, so it sends the figure along: in a cookie with
// page loads, as a parameter with polls. The tabs of a browser share one ticket and come to it one after the other, so
// a figure counts only for the number that it was shown for.

// shown is the last number of people ahead that this browser was shown for a place, -1 if unknown.
func (r *Room) shown(v *httpx.Visit, number uint64) int64 {
	return parseShown(v.Cookie(r.cookies.shown[index(v.Secure())]), number)
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
	v.SetCookie(httpx.Cookie{
		Name: r.cookies.shown[index(v.Secure())], Value: string(value), MaxAge: r.TicketLife, Secure: v.Secure(),
	})
}

func (r *Room) dropShown(v *httpx.Visit) {
	if name := r.cookies.shown[index(v.Secure())]; v.Cookie(name) != nil {
		v.SetCookie(httpx.Cookie{Name: name, MaxAge: -1, Secure: v.Secure()})
	}
}

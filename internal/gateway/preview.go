package gateway

import "github.com/einlass/einlass/internal/web"

// Preview is the page that somebody would see who came to a room now and did not get in at once, in a language of the room, and the header
// fields that it is sent with, name and value in turn; false: there is no such room. Nobody takes a place by it.
func (g *Gateway) Preview(room, tag string) (body []byte, headers []string, found bool) {
	t := g.table.Load()
	i, found := t.byID[room]
	if !found {
		return nil, nil, false
	}
	r := t.rooms[i]
	if !r.enter() {
		return nil, nil, false
	}
	defer r.leave()
	lang, known := r.Pages.LangOf([]byte(tag))
	if !known {
		lang = r.Pages.Lang([]byte(tag))
	}
	w := web.Wait{Status: r.newcomer(0), Target: "/"}
	w.Now, w.Zoned = r.clock()
	return r.Pages.AppendWait(nil, lang, &w), r.Pages.Headers(), true
}

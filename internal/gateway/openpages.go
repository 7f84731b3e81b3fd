package gateway

import (
	"slices"

	"github.com/einlass/einlass/internal/httpx"
)

// The pages that the foot of ours leads to, imprint and privacy for example, may lie on the site that people wait for. They are opened one
// by one: GET and HEAD of a target that is, byte for byte, the one that the operator has named. Nothing is decoded, so no other spelling of
// a path and no other query gets through; whatever the site's router makes of the target, the operator has tried it. They stand beside the
// line, without cookies: the site cannot begin a booking with whoever reads them. What they load is not opened by the page that
// asks for it, because anybody can write a Referer: styles and pictures are open if their kind is among the room's files, see asideAsset.

// openPages are the rooms that lead to a target, path and query, by their positions.
type openPages map[string][]int

func newOpenPages(rooms []RoomConfig) openPages {
	p := openPages{}
	for i := range rooms {
		for _, target := range rooms[i].Open {
			p[target] = append(p[target], i)
		}
	}
	return p
}

// opens reports whether a visit asks for such a page of a room of its host. It may be of another room than the page: two rooms of one host
// may share an imprint.
func (t *table) opens(v *httpx.Visit) bool {
	if !onlyReads(v) {
		return false
	}
	var rooms []int
	if query := v.Query(); query == nil {
		rooms = t.open[string(v.Path())]
	} else {
		var buf [128]byte
		rooms = t.open[string(append(append(append(buf[:0], v.Path()...), '?'), query...))]
	}
	return slices.ContainsFunc(rooms, func(i int) bool { return t.Router.HasHost(i, v.Host()) })
}

package fakegateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// serveDevice serves the pages by which a place goes on in another browser, and that on which number and code show where it stands.
func (s *Server) serveDevice(w http.ResponseWriter, page string, status int, lang web.Lang) {
	link := "https://termine.stadt.example" + Prefix + "/take?room=termine&t=" + strings.Repeat("eyJhbGciOiJIUzI1NiIs", 16) + "&to=/"
	var body []byte
	switch page {
	case "move":
		var err error
		if body, err = s.pages.AppendMove(nil, lang, &web.Move{Link: link, Back: "/termine"}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	case "take":
		body = s.pages.AppendTake(nil, lang, &web.Take{Action: Prefix + "/take", Number: 4711, Own: true, Failed: true})
	case "link-used":
		body = s.pages.AppendBadLink(nil, lang, web.LinkUsed, "/termine")
	case "link-old":
		body = s.pages.AppendBadLink(nil, lang, web.LinkOld, "/termine")
	case "place-asks", "place-typo", "place-wrong":
		form := web.PlaceForm{Action: Prefix + "/place", Room: "termine", Result: placeResults[page]}
		if form.Result != web.PlaceAsked {
			form.Number, form.Code = "4711", "7KQ4-M2PX"
		}
		body = s.pages.AppendPlace(nil, lang, &form)
	default:
		body = s.pages.AppendPlace(nil, lang, &web.PlaceForm{
			Action: Prefix + "/place", Room: "termine", Result: web.PlaceFound,
			Status: web.Status{State: web.Waiting, Number: 4711, Ahead: 312, Exact: true, Low: 20 * time.Minute, High: 35 * time.Minute},
		})
	}
	s.servePage(w, status, body)
}

// placeResults are what came of number and code, by the names of their pages.
var placeResults = map[string]web.PlaceResult{"place-asks": web.PlaceAsked, "place-typo": web.PlaceTypo, "place-wrong": web.PlaceWrong}

// ofDevice are the pages that serveDevice serves.
func ofDevice(page string) bool {
	switch page {
	case "move", "take", "link-used", "link-old", "place-asks", "place-found", "place-typo", "place-wrong":
		return true
	}
	return false
}

package fakegateway

import (
	"github.com/einlass/einlass/internal/web"
)

// Door is what the page at the door says.
type Door struct {
	News       string      `json:"news"` // "asks" (also when empty), "typo", "wrong", "early", "expired", "revoked", "used", "group" or "limited"
	Code       string      `json:"code"`
	Invitation string      `json:"invitation"`
	Groups     []DoorGroup `json:"groups"`
	Free       bool        `json:"free"`
	Stands     bool        `json:"stands"`
	Next       int         `json:"next"` // seconds from now, as Everybody
	Everybody  int         `json:"everybody"`
}

// DoorGroup is a group that may come.
type DoorGroup struct {
	Title string `json:"title"`
	Ask   string `json:"ask"`
}

// doorNews are what is wrong with a code, by their names.
var doorNews = map[string]web.DoorNews{
	"typo": web.DoorTypo, "wrong": web.DoorWrong, "early": web.DoorEarly, "expired": web.DoorExpired, "revoked": web.DoorRevoked,
	"used": web.DoorUsed, "group": web.DoorOtherGroup, "limited": web.DoorLimited,
}

// page is what the page says. A nil Door says nothing.
func (d *Door) page() *web.Door {
	page := &web.Door{Action: Prefix + "/door?to=/termine", Back: "/termine", Now: monday}
	if d == nil {
		return page
	}
	page.News, page.Code, page.Invitation, page.Free, page.Stands = doorNews[d.News], d.Code, d.Invitation, d.Free, d.Stands
	for _, g := range d.Groups {
		page.Groups = append(page.Groups, web.DoorGroup{Title: g.Title, Ask: g.Ask})
	}
	if d.Next > 0 {
		page.Next = monday.Add(seconds(d.Next))
	}
	if d.Everybody > 0 {
		page.Everybody = monday.Add(seconds(d.Everybody))
	}
	return page
}

package web

import (
	"slices"
	"strconv"
	"time"
)

// Door is told to somebody who needs a code, or an invitation, to get a number.
type Door struct {
	// News is what was wrong with the one that came; DoorAsks: none came yet.
	News DoorNews
	// Code is what stands in the field. Invitation, if not empty, came in a link: it has a button and no field.
	Code, Invitation string
	// Action is where the form leads: an own URL.
	Action string
	// Groups may come now.
	Groups []DoorGroup
	// Free: everybody may come, and needs no code. Stands: the visitor has a place in line. Back is where both lead to.
	Free, Stands bool
	Back         string
	// Now is the server's clock, in the room's zone. Next is when this code, or its group, is good for a number; Everybody when no
	// code is needed any more; zero: not known, or never.
	Now, Next, Everybody time.Time
	// Entry is one of these at which an opening starts, so that a calendar can have it; zero: none.
	Entry time.Time
}

// DoorGroup is a group that may come. Both are plain text; Ask may be empty.
type DoorGroup struct{ Title, Ask string }

// DoorNews is what is wrong with a code or an invitation.
type DoorNews uint8

const (
	DoorAsks DoorNews = iota
	// DoorTypo: it cannot be one. DoorWrong: it is none that this room knows.
	DoorTypo
	DoorWrong
	// DoorEarly, DoorExpired, DoorRevoked: it does not count yet, or any more.
	DoorEarly
	DoorExpired
	DoorRevoked
	// DoorUsed: as many have used it as may.
	DoorUsed
	// DoorOtherGroup: it counts, and its group does not come now.
	DoorOtherGroup
	// doorFilled: none came yet, and the link of a letter has filled the field in.
	doorFilled
	// DoorLimited: too many wrong ones came from there.
	DoorLimited

	doorNews
)

var doorNames = [doorNews]string{
	DoorAsks: "asks", DoorTypo: "typo", DoorWrong: "wrong", DoorEarly: "early", DoorExpired: "expired", DoorRevoked: "revoked",
	DoorUsed: "used", DoorOtherGroup: "group", DoorLimited: "limited", doorFilled: "filled",
}

// doorWords is what the pages at the door say.
type doorWords struct {
	pages [doorNews][2]*page // for a code, for an invitation
	// when it counts, when the group comes, and when everybody may.
	early, group, unknown, everybody phrase
}

// invitedNews are those that an invitation can have; any other is for it as if it were wrong.
var invitedNews = []DoorNews{DoorAsks, DoorWrong, DoorEarly, DoorExpired, DoorUsed, DoorOtherGroup}

func (l *locale) compileDoor(k *compiler) error {
	p := func(id string) phrase { return k.catalog.phrase(k.catalog.text(id)) }
	d := &l.door
	d.early, d.group, d.unknown, d.everybody = p("door.next.early"), p("door.next.group"), p("door.next.unknown"), p("door.next.everybody")
	for news, name := range doorNames {
		for kind, texts := range [2]string{"door.code.", "door.invitation."} {
			if kind == 1 && !slices.Contains(invitedNews, DoorNews(news)) {
				name = doorNames[DoorWrong]
			}
			file := [2]string{"door.html", "invited.html"}[kind]
			if err := k.notice(&d.pages[news][kind], file, view{Page: "door", State: name}, texts+name+".heading", texts+name+".lead"); err != nil {
				return err
			}
		}
	}
	return nil
}

// AppendDoor appends the page at the door. Safe for concurrent use.
func (s *Site) AppendDoor(dst []byte, lang Lang, d *Door) []byte {
	l := s.locale(lang)
	news := min(d.News, doorNews-1)
	if news == DoorAsks && d.Code != "" && d.Invitation == "" {
		news = doorFilled
	}
	return s.appendPage(dst, l, l.door.pages[news][oneIf(d.Invitation != "")], func(dst []byte, into slot) []byte {
		switch into {
		case slotTarget:
			dst = appendURL(dst, d.Action)
		case slotBack:
			dst = appendURL(dst, d.Back)
		case slotCode:
			dst = appendHTML(dst, d.Code)
		case slotInvitation:
			dst = appendHTML(dst, d.Invitation)
		case slotGroups:
			dst = appendGroups(dst, d.Groups)
		case slotHideGroups:
			dst = appendHidden(dst, len(d.Groups) == 0)
		case slotHideFree:
			dst = appendHidden(dst, !d.Free)
		case slotHideStands:
			dst = appendHidden(dst, !d.Stands)
		case slotEntryAt:
			dst = strconv.AppendInt(dst, d.Entry.Unix(), 10)
		case slotHideCalendar:
			dst = appendHidden(dst, d.Entry.IsZero() || d.Free)
		case slotComing:
			dst = l.appendDoorNext(dst, d)
		case slotEverybody:
			if !d.Everybody.IsZero() {
				dst = l.appendAt(dst, l.door.everybody, d.Everybody, d.Now)
			}
		case slotHideEverybody:
			dst = appendHidden(dst, d.Free || !d.Everybody.After(d.Now))
		default:
			dst = s.appendSlot(dst, l, into)
		}
		return dst
	})
}

// appendGroups lists who may come, and where they ask for a code.
func appendGroups(dst []byte, groups []DoorGroup) []byte {
	for _, g := range groups {
		dst = append(appendHTML(append(dst, "<li><strong>"...), g.Title), "</strong>"...)
		if g.Ask != "" {
			dst = append(append(append(dst, "<br>"...), contactHTML(g.Ask)...), "</li>"...)
			continue
		}
		dst = append(dst, "</li>"...)
	}
	return dst
}

// appendDoorNext says when to come again.
func (l *locale) appendDoorNext(dst []byte, d *Door) []byte {
	known := d.Next.After(d.Now)
	switch {
	case d.News == DoorEarly && known:
		return l.appendAt(dst, l.door.early, d.Next, d.Now)
	case d.News == DoorOtherGroup && known:
		return l.appendAt(dst, l.door.group, d.Next, d.Now)
	case d.News == DoorOtherGroup:
		return append(dst, l.door.unknown.constant(inHTML)...)
	}
	return dst
}

// appendAt is a sentence with a time.
func (l *locale) appendAt(dst []byte, p phrase, at, now time.Time) []byte {
	for _, part := range p {
		dst = append(dst, part.text[inHTML]...)
		if part.mark == markBegins {
			dst = at.AppendFormat(append(dst, `<time datetime="`...), time.RFC3339)
			dst = append(l.appendWhen(append(dst, `">`...), inHTML, at, now), "</time>"...)
		}
	}
	return dst
}

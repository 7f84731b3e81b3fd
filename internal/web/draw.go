package web

import (
	"fmt"
	"strconv"
	"time"
)

// Draw is what the page of a draw tells one visitor.
type Draw struct {
	Stage DrawStage
	// Public is where the value comes from that nobody knew before; Fallback: it did not come in time, and the sealed secret
	// alone has decided.
	Public   DrawPublic
	Fallback bool
	// Lots is how many there are; 0: not known yet.
	Lots uint64
	// Epoch and Ticket are what the visitor's ticket says, Lot is which lot that is, counted from 1; 0: the visitor has none here.
	Epoch, Ticket, Lot uint64
	// Place is what the lot has drawn, counted from 1, and Number the number that the visitor has since; 0: not known yet.
	Place, Number uint64
	// Seal is the commitment. Round is of the public value by drand, Line the one that was typed in. Secret, Value and Seed
	// are in hexadecimal digits; empty: not published yet.
	Seal, Line, Secret, Value, Seed string
	Round                           uint64
	// Record is the own URL of the record, Again that of this page, Back that of the waiting page.
	Record, Again, Back string
	// Next is when the page loads again by itself; zero or less: it does not.
	Next time.Duration
}

// DrawStage is how far a draw is.
type DrawStage uint8

const (
	// DrawAnnounced: the secret is sealed, and lots are given.
	DrawAnnounced DrawStage = iota
	// DrawFrozen: no more lots are given, and the public value is awaited.
	DrawFrozen
	// DrawDone: the order is drawn. DrawFailed: the order of arrival stands.
	DrawDone
	DrawFailed
	// DrawNothing: there was one lot or none.
	DrawNothing
	drawStages
)

var drawStageNames = [drawStages]string{DrawAnnounced: "announced", DrawFrozen: "frozen", DrawDone: "done", DrawFailed: "failed", DrawNothing: "nothing"}

// DrawPublic is where the public value of a draw comes from.
type DrawPublic uint8

const (
	// PublicNone: there is none. PublicDrand: the drand network. PublicTyped: a line that an official types in.
	PublicNone DrawPublic = iota
	PublicDrand
	PublicTyped
	drawPublics
)

var drawPublicNames = [drawPublics]string{PublicNone: "none", PublicDrand: "drand", PublicTyped: "typed"}

// DrawNews is what a waiting page says of a draw.
type DrawNews uint8

const (
	// NoDraw: nothing. DrawComes: the order will be drawn. Drawn: it was. DrawnAlone: it was, without the public value.
	// NotDrawn: the draw has failed.
	NoDraw DrawNews = iota
	DrawComes
	Drawn
	DrawnAlone
	NotDrawn
	drawNews
)

var drawNewsNames = [drawNews]string{DrawComes: "comes", Drawn: "drawn", DrawnAlone: "alone", NotDrawn: "failed"}

// drawWords are the sentences about draws in one language.
type drawWords struct {
	pages  [drawStages]*page
	public [drawPublics]phrase
	late   [drawPublics]phrase
	news   [drawNews]phrase
	// drawn says what the lot has drawn, and drawnPlace that where numbers did not begin with 1.
	drawn, drawnPlace phrase
	// noLot is said to whoever has none: that one can still be had, or not.
	noLotYet, noLot phrase
	labels          [drawLabels]phrase
}

// drawLabel names a figure of a draw.
type drawLabel uint8

const (
	drawLot drawLabel = iota
	drawLots
	drawPlace
	drawNumber
	drawSeal
	drawSecret
	drawLine
	drawRound
	drawValue
	drawSeed
	drawLabels
)

var drawLabelNames = [drawLabels]string{
	drawLot: "lot", drawLots: "lots", drawPlace: "place", drawNumber: "number", drawSeal: "seal", drawSecret: "secret",
	drawLine: "line", drawRound: "round", drawValue: "value", drawSeed: "seed",
}

func (l *locale) compileDraw(k *compiler) error {
	say := func(id string) phrase { return k.catalog.phrase(k.catalog.text("draw." + id)) }
	w := &l.draw
	for p, name := range drawPublicNames {
		w.public[p] = say("public." + name)
		if DrawPublic(p) != PublicNone {
			w.late[p] = say("late." + name)
		}
	}
	for n, name := range drawNewsNames {
		if name != "" {
			w.news[n] = say("news." + name)
		}
	}
	for n, name := range drawLabelNames {
		w.labels[n] = say("label." + name)
	}
	w.drawn, w.drawnPlace = say("drawn"), say("drawn_place")
	w.noLotYet, w.noLot = say("no_lot_yet"), say("no_lot")
	for s, name := range drawStageNames {
		v := view{Page: "draw", State: name, Reloads: true}
		if err := k.notice(&w.pages[s], "draw.html", v, "draw."+name+".heading", "draw."+name+".lead"); err != nil {
			return fmt.Errorf("draw, %s: %w", name, err)
		}
	}
	return nil
}

// AppendDraw appends the page of a draw. Safe for concurrent use.
func (s *Site) AppendDraw(dst []byte, lang Lang, d *Draw) []byte {
	l := s.locale(lang)
	return s.appendPage(dst, l, l.draw.pages[min(d.Stage, drawStages-1)], func(dst []byte, into slot) []byte {
		switch into {
		case slotReload:
			dst = appendReload(dst, d.Next)
		case slotReloadTo:
			dst = appendReloadTo(dst, d.Next, d.Again)
		case slotTarget:
			dst = appendURL(dst, d.Back)
		case slotRecord:
			dst = appendURL(dst, d.Record)
		case slotDrawData:
			dst = appendDrawData(dst, d)
		case slotDrawPublic:
			dst = append(dst, l.drawPublic(d).constant(inHTML)...)
		case slotDrawOwn:
			dst = l.appendDrawOwn(dst, d)
		case slotDrawValues:
			dst = l.appendDrawValues(dst, d)
		default:
			dst = s.appendSlot(dst, l, into)
		}
		return dst
	})
}

// drawPublic is what is said of the public value.
func (l *locale) drawPublic(d *Draw) phrase {
	p := min(d.Public, drawPublics-1)
	if d.Fallback && p != PublicNone {
		return l.draw.late[p]
	}
	return l.draw.public[p]
}

// drawNews is what a waiting page says of the draw, nil: nothing.
func (l *locale) drawNews(s *Status) phrase { return l.draw.news[min(s.Draw, drawNews-1)] }

// appendDrawNews appends what a waiting page says of the draw, first of all what the place's lot has drawn.
func (l *locale) appendDrawNews(dst []byte, f form, s *Status) []byte {
	if s.Place > 0 && (s.Draw == Drawn || s.Draw == DrawnAlone) {
		words := l.draw.drawn
		if s.Place != s.Number {
			words = l.draw.drawnPlace
		}
		for _, p := range words {
			dst = append(dst, p.text[f]...)
			switch p.mark {
			case markNumber:
				dst = l.grouping.append(dst, s.Number)
			case markCount:
				dst = l.grouping.append(dst, s.Place)
			case markAll:
				dst = l.grouping.append(dst, s.Lots)
			}
		}
		dst = append(dst, ' ')
	}
	if news := l.drawNews(s); news != nil {
		dst = append(dst, news.constant(f)...)
	}
	return dst
}

// appendDrawData appends what the script needs to compute the place, as attributes.
func appendDrawData(dst []byte, d *Draw) []byte {
	for _, n := range []struct {
		name  string
		value uint64
	}{{"epoch", d.Epoch}, {"number", d.Ticket}, {"place", d.Place}, {"next", uint64(max(d.Next, 0) / time.Millisecond)}} {
		dst = append(append(append(dst, ` data-`...), n.name...), `="`...)
		dst = append(strconv.AppendUint(dst, n.value, 10), '"')
	}
	return dst
}

// appendDrawOwn appends the visitor's lot and what it has drawn, or that there is none.
func (l *locale) appendDrawOwn(dst []byte, d *Draw) []byte {
	figures := []struct {
		label drawLabel
		value uint64
	}{{drawLot, d.Lot}, {drawPlace, d.Place}, {drawNumber, d.Number}, {drawLots, d.Lots}}
	if d.Stage == DrawNothing {
		return dst
	}
	if d.Lot == 0 {
		none := l.draw.noLot
		if d.Stage == DrawAnnounced {
			none = l.draw.noLotYet
		}
		dst = append(append(append(dst, "<p>"...), none.constant(inHTML)...), "</p>"...)
		figures = figures[len(figures)-1:]
	}
	if d.Lot == 0 && d.Lots == 0 {
		return dst
	}
	dst = append(dst, `<dl class="facts">`...)
	for _, f := range figures {
		if f.value > 0 {
			dst = append(append(append(dst, "<div><dt>"...), l.draw.labels[f.label].constant(inHTML)...), "</dt><dd>"...)
			dst = append(l.grouping.append(dst, f.value), "</dd></div>"...)
		}
	}
	return append(dst, "</dl>"...)
}

// appendDrawValues appends what is published so far.
func (l *locale) appendDrawValues(dst []byte, d *Draw) []byte {
	round := ""
	if d.Round > 0 {
		round = strconv.FormatUint(d.Round, 10)
	}
	for _, v := range []struct {
		label drawLabel
		text  string
	}{{drawSeal, d.Seal}, {drawSecret, d.Secret}, {drawRound, round}, {drawLine, d.Line}, {drawValue, d.Value}, {drawSeed, d.Seed}} {
		if v.text != "" {
			dst = append(append(append(dst, "<dt>"...), l.draw.labels[v.label].constant(inHTML)...), "</dt><dd>"...)
			dst = append(appendHTML(dst, v.text), "</dd>"...)
		}
	}
	return dst
}

package web

// enoughPromises is how many ranges must have ended for a share of them to say something.
const enoughPromises = 200

// hideOf are the slots that hide an element which says nothing but the value of another one. What is hidden is not sent: each poll brings the
// words anew.
var hideOf = map[slot]slot{
	slotMore: slotHideMore, slotKept: slotHideKept, slotCame: slotHideCame, slotStarts: slotHideStarts, slotClaim: slotHideClaim,
	slotStale: slotHideStale, slotEstimate: slotHideEstimate,
}

func waitHides(s slot, w *Wait) bool {
	switch s {
	case slotHideReloads:
		return w.reload() <= 0
	case slotHideSwitch:
		return w.reload() <= 0 || w.Switch == ""
	case slotHideMoves:
		return w.Still
	case slotHideStay:
		return !w.saysStay()
	case slotHideNumber:
		return w.Number == 0
	case slotHideCode:
		return w.Code == ""
	case slotHideAhead:
		return w.Ahead < 0
	case slotHideEstimate:
		return !w.State.page().saysEstimate()
	case slotHideKept:
		return w.Promised < enoughPromises
	case slotHideMore:
		return w.More <= 0
	case slotHideClaim:
		return w.ClaimLeft <= 0
	case slotHideLast:
		return !w.Last
	case slotHideChance:
		return w.Chance == NoChance
	case slotHideWorse:
		return !w.Worse
	case slotHideCame:
		return w.Came <= 0
	case slotHideStarts:
		return w.Coming.starts() <= 0
	case slotHideComing:
		return nextOf(&w.Status) == nextNothing
	case slotHideCalendar:
		return hidesCalendar(&w.Status)
	case slotHideJoin:
		return w.Shut
	case slotHidePrinted:
		return !w.Zoned || w.Now.IsZero()
	case slotHideStale:
		return !w.Stale
	case slotHideDraw:
		return w.Draw == NoDraw
	}
	return false
}

func appendHidden(dst []byte, hidden bool) []byte {
	if hidden {
		return append(dst, " hidden"...)
	}
	return dst
}

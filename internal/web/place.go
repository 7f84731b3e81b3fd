package web

// PlaceForm is the page on which anybody with number and code sees where a place stands. There is nothing on it to act with.
type PlaceForm struct {
	// Action is the path of the form, and Room what it names.
	Action, Room string
	// Number and Code are what was typed in and names no place: it stays in the fields.
	Number, Code string
	Result       PlaceResult
	// Status is where the place stands, of PlaceFound.
	Status Status
}

// PlaceResult is what came of number and code.
type PlaceResult uint8

const (
	// PlaceAsked: nothing was typed in yet. PlaceFound: Status says it. PlaceTypo: the code is mistyped. PlaceWrong: they name no place.
	PlaceAsked PlaceResult = iota
	PlaceFound
	PlaceTypo
	PlaceWrong
)

// placeWords say of each state where the place stands. Those that are not there stand like waiting.
type placeWords struct {
	form   *page
	states map[State]phrase
}

var placeStates = map[State]string{
	Waiting: "waiting", Lobby: "lobby", Front: "now", Turn: "now", Called: "now", Full: "now", Missed: "now", Resume: "now", Inside: "inside",
	None: "ended", Ended: "ended", Paused: "paused", Between: "between",
}

func (l *locale) compilePlace(k *compiler) error {
	l.place.states = map[State]phrase{}
	for state, name := range placeStates {
		l.place.states[state] = k.catalog.phrase(k.soft.Replace(k.catalog.text("place.state." + name)))
	}
	return k.notice(&l.place.form, "place.html", view{Page: "place"}, "place.heading", "place.lead")
}

// AppendPlace appends the page of a place's state. Safe for concurrent use.
func (s *Site) AppendPlace(dst []byte, lang Lang, f *PlaceForm) []byte {
	l := s.locale(lang)
	w := Wait{Status: f.Status}
	return s.appendPage(dst, l, l.place.form, func(dst []byte, into slot) []byte {
		switch into {
		case slotTarget:
			dst = appendURL(dst, f.Action)
		case slotRoom:
			dst = appendHTML(dst, f.Room)
		case slotTypedNumber:
			dst = appendHTML(dst, f.Number)
		case slotCode:
			dst = appendHTML(dst, f.Code)
		case slotLine:
			dst = s.appendPhrase(dst, inHTML, l, l.whereabouts(f.Status.State))
		case slotHideFound:
			dst = appendHidden(dst, f.Result != PlaceFound)
		case slotHideTypo:
			dst = appendHidden(dst, f.Result != PlaceTypo)
		case slotHideWrong:
			dst = appendHidden(dst, f.Result != PlaceWrong)
		default:
			dst = s.appendWaitSlot(dst, l, into, &w)
		}
		return dst
	})
}

// whereabouts says where a place stands.
func (l *locale) whereabouts(state State) phrase {
	if said, ok := l.place.states[state]; ok {
		return said
	}
	return l.place.states[Waiting]
}

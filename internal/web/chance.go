package web

// Chance is what a page says of the chance that something is left at a place's turn. Nobody is told a percentage: it would be read as a
// promise.
type Chance uint8

const (
	// NoChance: nothing is said.
	NoChance Chance = iota
	// Little chance; Some still get one, most do not; Most of them do; Usually they do.
	Little
	Some
	Most
	Usually

	chances
)

var chanceNames = [chances]string{Little: "little", Some: "some", Most: "most", Usually: "usually"}

// String is empty for NoChance, and the name in locales for the others.
func (c Chance) String() string {
	if c < chances {
		return chanceNames[c]
	}
	return ""
}

// ParseChance reads what a page said before; what is none is NoChance.
func ParseChance(text []byte) Chance {
	if len(text) == 1 && text[0] > '0' && text[0] < '0'+byte(chances) {
		return Chance(text[0] - '0')
	}
	return NoChance
}

func (l *locale) appendChance(dst []byte, f form, c Chance) []byte {
	if c == NoChance {
		return dst
	}
	return append(dst, l.chance[c].constant(f)...)
}

func (c *catalog) chances() (all [chances]phrase) {
	for i, name := range chanceNames {
		if name != "" {
			all[i] = c.phrase(c.text("chance." + name))
		}
	}
	return all
}

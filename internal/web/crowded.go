package web

import "time"

// Crowded is told to somebody inside whose pass is used more than one person uses it.
type Crowded struct {
	// Networks says that it is used from too many networks; else it has too many requests under way.
	Networks bool
	// Form says that the request was a form, which was not sent. Its page never loads itself again.
	Form bool
	// Target is the path to try again: what was asked for, or the page that held the form.
	Target string
	// Next is the time until the page tries again by itself.
	Next time.Duration
	// Ref names the fault to those who help, as in AppendError. Optional.
	Ref string
}

// crowdedPages are the texts and templates, by Networks and Form.
var crowdedPages = [2][2]struct{ texts, file string }{
	{{"stay.busy", "crowded.html"}, {"stay.busy", "crowded_form.html"}},
	{{"stay.networks", "crowded.html"}, {"stay.networks", "crowded_form.html"}},
}

func (l *locale) compileCrowded(k *compiler) error {
	for i, pages := range crowdedPages {
		for j, p := range pages {
			v := view{Page: p.texts, Reloads: j == 0, Form: j == 1}
			if err := k.notice(&l.crowded[i][j], p.file, v, p.texts+".heading", p.texts+".lead"); err != nil {
				return err
			}
		}
	}
	return nil
}

// AppendCrowded appends the page for somebody inside whose pass is used more than one person uses it. Safe for
// concurrent use.
func (s *Site) AppendCrowded(dst []byte, lang Lang, c *Crowded) []byte {
	l := s.locale(lang)
	n := notice{status: 429, ref: c.Ref, target: c.Target, next: c.Next}
	return s.appendNotice(dst, l, l.crowded[oneIf(c.Networks)][oneIf(c.Form)], &n)
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

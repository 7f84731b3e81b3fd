package demo

import "net/http"

// legal are the pages that the law wants of a public site. The waiting room in front leads to them, and opens them without a pass.
var legal = map[string]message{
	"/impressum":        {Heading: "Impressum", Text: "Stadt Musterstadt, Marktplatz 1. Die Stadt ist erfunden."},
	"/datenschutz":      {Heading: "Datenschutz", Text: "Dieses Portal vergisst alles, wenn es endet."},
	"/barrierefreiheit": {Heading: "Erklärung zur Barrierefreiheit", Text: "Dieses Portal ist ein Beispiel. Eine richtige Erklärung sagt, was noch nicht barrierefrei ist, und warum."},
	"/barriere-melden":  {Heading: "Barriere melden", Text: "In einer richtigen Stadt stehen hier Telefon und E-Mail."},
}

func (s *Site) legal(w http.ResponseWriter, r *http.Request) {
	m := legal[r.URL.Path]
	m.Link, m.LinkText = "/", "Zur Startseite"
	s.pages.message(w, http.StatusOK, m)
}

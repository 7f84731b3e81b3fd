package web

import "strings"

// message is the operator's text for a page: that of its language, or of the one of which it is a variant, as easy German is one of German,
// else the one for all, which is in the first language of the site. tag is the language of the text if it is not the page's (WCAG 2.2,
// 3.1.2).
func (s *Site) message(l *locale, st *Status) (text, tag string) {
	if text = st.Messages[l.tag]; text != "" {
		return text, ""
	}
	base, _, _ := strings.Cut(l.tag, "-")
	if text = st.Messages[base]; text != "" {
		return text, base
	}
	if first := s.langs[0]; l != first && st.Message != "" {
		return st.Message, first.tag
	}
	return st.Message, ""
}

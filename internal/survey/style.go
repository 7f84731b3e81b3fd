package survey

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// stylesRefs are the files that a style names, by url() and @import. It takes any text.
func stylesRefs(text string) (refs []ref) {
	if !strings.Contains(text, "url(") && !strings.Contains(text, "@import") {
		return nil
	}
	lexer := css.NewLexer(parse.NewInputString(text))
	imports := false
	for len(refs) < maxRefs {
		kind, token := lexer.Next()
		switch kind {
		case css.ErrorToken:
			return refs
		case css.AtKeywordToken:
			imports = strings.EqualFold(string(token), "@import")
			continue
		case css.WhitespaceToken, css.CommentToken:
			continue
		case css.URLToken:
			_, inside, _ := strings.Cut(string(token), "(")
			if to := unquoted(strings.TrimSuffix(inside, ")")); to != "" {
				refs = append(refs, ref{to, roleOf(imports)})
			}
		case css.StringToken:
			if to := unquoted(string(token)); imports && to != "" {
				refs = append(refs, ref{to, style})
			}
		}
		imports = false
	}
	return refs
}

func roleOf(imports bool) role {
	if imports {
		return style
	}
	return other
}

// unquoted is an address without the signs around it. What is in the style itself, data: and #, is none.
func unquoted(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text = text[1 : n-1]
	}
	if strings.HasPrefix(text, "#") || len(text) > 5 && strings.EqualFold(text[:5], "data:") {
		return ""
	}
	return text
}

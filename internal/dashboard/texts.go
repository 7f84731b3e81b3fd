package dashboard

import (
	"embed"
	"fmt"
	"net/http"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed locales/*.yaml
var localeFiles embed.FS

// texts are those of one language.
type texts struct {
	Language string            // its tag
	Name     string            `yaml:"name"`   // in its own words
	Page     map[string]string `yaml:"page"`   // of the pages
	Script   map[string]string `yaml:"script"` // of the script
}

// languages in the order of the switch; the first is for those who ask for none of them.
func languages() []string { return []string{"de", "en"} }

func loadTexts(tag string) (*texts, error) {
	data, err := localeFiles.ReadFile(path.Join("locales", tag+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	t := &texts{Language: tag}
	if err := yaml.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("dashboard: %s: %w", tag, err)
	}
	return t, nil
}

// text is what a page says by a key.
func (t *texts) text(key string) (string, error) {
	s, ok := t.Page[key]
	if !ok {
		return "", fmt.Errorf("%s has no text %q", t.Language, key)
	}
	return s, nil
}

// languageCookie holds the language that somebody has chosen. The prefix binds it to this origin.
const languageCookie = "einlass-language"

// languageOf is the language that a request has chosen, or prefers.
func languageOf(r *http.Request) string {
	offered := languages()
	if c, err := r.Cookie(languageCookie); err == nil && known(c.Value) {
		return c.Value
	}
	tags := make([]language.Tag, len(offered))
	for i, tag := range offered {
		tags[i] = language.Make(tag)
	}
	wanted, _, err := language.ParseAcceptLanguage(strings.Join(r.Header.Values("Accept-Language"), ","))
	if err != nil {
		return offered[0]
	}
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return offered[i]
}

func known(tag string) bool {
	for _, offered := range languages() {
		if tag == offered {
			return true
		}
	}
	return false
}

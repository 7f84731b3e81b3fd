package packages

import (
	"bytes"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// publiccode is what version 0.4 of the standard demands or allows, of what we say. https://yml.publiccode.tools/schema.core.html
type publiccode struct {
	Version           string `yaml:"publiccodeYmlVersion"`
	Name              string
	URL               string   `yaml:"url"`
	SoftwareType      string   `yaml:"softwareType"`
	ReleaseDate       string   `yaml:"releaseDate"`
	DevelopmentStatus string   `yaml:"developmentStatus"`
	Platforms         []string `yaml:"platforms"`
	Categories        []string `yaml:"categories"`
	Description       map[string]struct {
		Generic  string `yaml:"genericName"`
		Short    string `yaml:"shortDescription"`
		Long     string `yaml:"longDescription"`
		Features []string
	}
	Legal struct {
		License string
		Owner   string `yaml:"mainCopyrightOwner"`
	}
	Maintenance struct {
		Type     string
		Contacts []struct{ Name string }
	}
	Localisation struct {
		Ready     *bool    `yaml:"localisationReady"`
		Languages []string `yaml:"availableLanguages"`
	}
}

func TestCataloguesOfPublicSoftwareCanReadUs(t *testing.T) {
	text, err := os.ReadFile(top + "/publiccode.yml")
	if err != nil {
		t.Fatal(err)
	}
	var code publiccode
	reader := yaml.NewDecoder(bytes.NewReader(text))
	reader.KnownFields(true)
	if err := reader.Decode(&code); err != nil {
		t.Fatal(err)
	}
	for what, holds := range map[string]bool{
		"publiccodeYmlVersion": code.Version == "0.4",
		"name":                 code.Name != "",
		"url":                  isAddress(code.URL),
		"softwareType":         slices.Contains([]string{"standalone/web", "standalone/backend", "standalone/other"}, code.SoftwareType),
		"releaseDate":          isDate(code.ReleaseDate),
		"developmentStatus":    slices.Contains([]string{"concept", "development", "beta", "stable", "obsolete"}, code.DevelopmentStatus),
		"platforms":            len(code.Platforms) > 0,
		// Three of the standard's list of categories.
		"categories":                      slices.Equal(code.Categories, []string{"appointment-scheduling", "online-booking", "digital-citizenship"}),
		"legal.license":                   code.Legal.License == "Apache-2.0",
		"maintenance.type":                code.Maintenance.Type == "community",
		"maintenance.contacts":            len(code.Maintenance.Contacts) > 0 && code.Maintenance.Contacts[0].Name != "",
		"localisation.localisationReady":  code.Localisation.Ready != nil,
		"localisation.availableLanguages": len(code.Localisation.Languages) > 0,
		"description":                     len(code.Description) > 0,
	} {
		if !holds {
			t.Errorf("%s is not as the standard wants it", what)
		}
	}
	for language, d := range code.Description {
		if n := utf8.RuneCountInString(d.Generic); n == 0 || n > 35 {
			t.Errorf("%s: genericName has %d characters of 35", language, n)
		}
		if n := utf8.RuneCountInString(d.Short); n == 0 || n > 150 {
			t.Errorf("%s: shortDescription has %d characters of 150", language, n)
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(d.Long)); n < 150 || n > 10000 {
			t.Errorf("%s: longDescription has %d characters, 150 to 10000 are wanted", language, n)
		}
		if len(d.Features) == 0 || !slices.Contains(code.Localisation.Languages, language) {
			t.Errorf("%s: no features, or pages in this language are not said to be there", language)
		}
	}
	for _, language := range code.Localisation.Languages {
		if _, err := os.Stat(top + "/internal/web/locales/" + language + ".yaml"); err != nil {
			t.Errorf("there are no pages in %s: %v", language, err)
		}
	}
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

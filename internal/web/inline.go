package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/einlass/einlass/internal/splice"
)

// inline is what stands in the pages themselves, so that one answer is a page that can be read and used: style, icon and
// scripts. It is the same in all languages.
type inline struct {
	waitStyle, style string // of the waiting page, of the others
	icon             string
	guard            string                   // stands before the refresh of a page
	tails            map[string]*splice.Block // the ends of pages by their kind
	noScript         *splice.Block            // of most kinds
	sources          []string                 // let a policy allow the scripts
}

func newInline() (*inline, error) {
	waitStyle, err := newStyle("style.css")
	if err != nil {
		return nil, err
	}
	style, err := newStyle("style.css", "others.css")
	if err != nil {
		return nil, err
	}
	icon, err := assetFiles.ReadFile("assets/icon.svg")
	if err != nil {
		return nil, err
	}
	guard, err := script("guard")
	if err != nil {
		return nil, err
	}
	in := inline{
		waitStyle: waitStyle, style: style, icon: dataURL(icon),
		guard: string(guard), sources: []string{hashSource(string(guard))},
		tails: map[string]*splice.Block{}, noScript: splice.NewBlock([]byte(endOfPage)),
	}
	if endsElement.Match(guard) {
		return nil, errors.New("the guard would end its element")
	}
	for _, s := range []struct {
		script string
		kinds  []string
	}{
		{"wait", []string{"wait"}},
		{"short", []string{"retry", "form", "lapsed", "move"}},
		{"draw", []string{"draw"}},
	} {
		body, err := script(s.script)
		if err != nil {
			return nil, err
		}
		if endsElement.Match(body) {
			return nil, fmt.Errorf("the script of %s would end its element, or begin a comment", s.kinds)
		}
		tail := splice.NewBlock([]byte("<script>" + string(body) + "</script>" + endOfPage))
		for _, kind := range s.kinds {
			in.tails[kind] = tail
		}
		in.sources = append(in.sources, hashSource(string(body)))
	}
	return &in, nil
}

const endOfPage = "</body></html>\n"

// policy is what the policy of every page begins with, if an own style follows ours; empty: none does.
func (in *inline) policy(own string) string {
	styles := []string{hashSource(in.waitStyle), hashSource(in.style)}
	if own != "" {
		styles = append(styles, hashSource(own))
	}
	return newPolicy(in.sources, styles)
}

// endsElement is what a parser of HTML looks for in a style or a script.
var endsElement = regexp.MustCompile(`(?i)</(style|script)|<!--`)

// hashSource is what lets a policy allow a style or a script that stands in a page, by what it says.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// dataURL is an SVG image as a URL, for an attribute in double quotes.
func dataURL(svg []byte) string {
	return "data:image/svg+xml," + strings.NewReplacer(`"`, `'`, "%", "%25", "#", "%23", "\n", "").Replace(string(bytes.TrimSpace(svg)))
}

var pageKind = regexp.MustCompile(`<body data-page="(\w+)"`)

// kindOf is of which kind a page is. It says so to its script too.
func kindOf(segments []segment) (string, error) {
	for _, seg := range segments {
		if kind := pageKind.FindSubmatch(seg.html); kind != nil {
			return string(kind[1]), nil
		}
	}
	return "", errors.New("the page does not say of which kind it is")
}

// tailOf is the end of a page: the script of its kind. It is the last of a page so that all of it is there when the script runs.
func (in *inline) tailOf(kind string) *splice.Block {
	if tail := in.tails[kind]; tail != nil {
		return tail
	}
	return in.noScript
}

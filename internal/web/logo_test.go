package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

// aLogo is a drawing as a town may have it, with what drawing programs write.
const aLogo = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  inkscape:export-filename="C:\logo.png" viewBox="0 0 240 60" width="240" height="60">
<style>.a{fill:#c00}</style>
<defs><linearGradient id="g"><stop offset="0" stop-color="#c00"/></linearGradient></defs>
<rect class="a" width="60" height="60" style="fill:url(#g)"/><use href="#g"/><use xlink:href="#g"/>
<text x="70" y="40">Musterstadt</text>
</svg>`

// pixels is a PNG.
func pixels(t *testing.T, wide, high int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, wide, high))
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestALogoIsAPartOfThePage(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"a drawing": {logoSVG, []byte(aLogo), "data:image/svg+xml;base64,PD94"},
		"pixels":    {logoPNG, pixels(t, 200, 60), "data:image/png;base64,iVBOR"},
		"a box":     {logoSVG, []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1,-1 2.5 .5"/>`), "data:"},
		"a type":    {logoSVG, []byte(`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg" width="9px" height="9"/>`), "data:"},
	} {
		if url, err := readLogo(c.file, c.data); err != nil || !strings.HasPrefix(url, c.want) {
			t.Errorf("%s: %.40s, %v", name, url, err)
		}
	}
}

func TestALogoThatRunsLoadsOrIsBrokenIsRefused(t *testing.T) {
	inside := func(text string) []byte {
		return []byte("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">\n" + text + "\n</svg>")
	}
	whole := pixels(t, 20, 20)
	_, drawing, _ := strings.Cut(aLogo, "-->\n")
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"a script":               {logoSVG, inside("<script>alert(1)</script>"), "line 2 has <script>"},
		"a script in capitals":   {logoSVG, inside("<SCRIPT/>"), "line 2 has <SCRIPT>"},
		"a script of an alias":   {logoSVG, inside(`<s:script xmlns:s="http://www.w3.org/2000/svg"/>`), "line 2 has <script>"},
		"HTML":                   {logoSVG, inside("<foreignObject><p/></foreignObject>"), "line 2 has <foreignObject>"},
		"a picture":              {logoSVG, inside(`<image href="https://elsewhere.test/a.png"/>`), "line 2 has <image>"},
		"an event":               {logoSVG, inside(`<rect onload="alert(1)"/>`), "line 2 has onload; want a drawing without script"},
		"an event in capitals":   {logoSVG, inside(`<rect onLoad="alert(1)"/>`), "line 2 has onLoad"},
		"a use of another file":  {logoSVG, inside(`<use href="https://elsewhere.test/a.svg#b"/>`), `line 2 has href="https://elsewhere.test/a.svg#b"; want a drawing that needs no other file`},
		"the same, older":        {logoSVG, inside(`<use xlink:href="a.svg#b"/>`), `line 2 has href="a.svg#b"`},
		"the same, other prefix": {logoSVG, inside(`<use xmlns:x="http://www.w3.org/1999/xlink" x:href="a.svg#b"/>`), `line 2 has href="a.svg#b"`},
		"a fill of another file": {logoSVG, inside(`<rect fill="url(https://elsewhere.test/a.svg#b)"/>`), "line 2 has fill="},
		"the same in a style":    {logoSVG, inside(`<rect style="fill:URL( 'a.svg#b')"/>`), "line 2 has style="},
		"the same, escaped":      {logoSVG, inside(`<rect style="fill:u\72l(a.svg)"/>`), "line 2 has style="},
		"a style that loads":     {logoSVG, inside("<style>\n@import 'a.css';</style>"), "has a style that loads something"},
		"a base":                 {logoSVG, inside(`<g xml:base="https://elsewhere.test/"/>`), "line 2 has base="},
		"a stylesheet":           {logoSVG, []byte(`<?xml-stylesheet href="a.css"?>` + drawing), "line 1 has <?xml-stylesheet?>"},
		"an entity":              {logoSVG, []byte("<!DOCTYPE svg [<!ENTITY a \"b\">]>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"/>"), "line 1 has a document type with declarations"},
		"an unknown entity":      {logoSVG, inside("&nbsp;"), "is no SVG: "},
		"half a drawing":         {logoSVG, []byte(aLogo[:300]), "is no SVG: "},
		"two drawings":           {logoSVG, []byte(aLogo + drawing), "has a second element"},
		"another document":       {logoSVG, []byte("<html/>"), "begins with <html>; want <svg xmlns="},
		"no namespace":           {logoSVG, []byte(`<svg viewBox="0 0 9 9"/>`), "begins with <svg>; want <svg xmlns="},
		"no size":                {logoSVG, []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="9"/>`), "has no size"},
		"a size of nothing":      {logoSVG, []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>`), "has no size"},
		"another encoding":       {logoSVG, []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>` + drawing), "is no SVG: "},
		"nothing":                {logoSVG, nil, "it has no <svg>"},
		"pixels by this name":    {logoSVG, whole, "is no SVG: "},
		"a drawing by this name": {logoPNG, []byte(aLogo), "is no PNG: "},
		"half a picture":         {logoPNG, whole[:len(whole)-20], "is a broken PNG: "},
		"a huge picture":         {logoPNG, pixels(t, 2001, 1), "has 2001 × 1 pixels; want at most 2000 a side"},
	} {
		if url, err := readLogo(c.file, c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.40s, %v; want %s", name, url, err, c.want)
		}
	}
}

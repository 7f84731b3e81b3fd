package web

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strings"
)

// A town's logo is a part of each page. It is held to what can be shown for certain: nothing is loaded, nothing runs, and nothing is broken.

// Files of a folder that have a town's logo.
const (
	logoSVG = "logo.svg"
	logoPNG = "logo.png"
)

const (
	// longestLogo bounds a logo, in bytes.
	longestLogo = 8 << 10
	// widestLogo bounds what a few bytes unpack to, in pixels a side.
	widestLogo = 2000
)

// logoStyle is behind the colours. Below a logo stands the title, which not every logo says in words. A logo is drawn for a light ground, so it has one in the dark, too, whatever colours are forced: a shadow,
// which moves nothing.
const logoStyle = ".logo{display:block;height:3rem;max-width:100%;margin-bottom:.5rem;object-fit:contain}" +
	"@media screen and (prefers-color-scheme:dark){.logo{background:#fff;box-shadow:0 0 0 .3rem #fff;border-radius:.1rem;forced-color-adjust:none}}"

// readLogo makes the URL of a logo. The error continues a sentence that begins with the file.
func readLogo(name string, data []byte) (url string, err error) {
	kind, check := "image/png", checkPNG
	if name == logoSVG {
		kind, check = "image/svg+xml", checkSVG
	}
	if err := check(data); err != nil {
		return "", err
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

func checkPNG(data []byte) error {
	head, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("is no PNG: %w", err)
	}
	if head.Width > widestLogo || head.Height > widestLogo {
		return fmt.Errorf("has %d × %d pixels; want at most %d a side", head.Width, head.Height, widestLogo)
	}
	if _, err = png.Decode(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("is a broken PNG: %w", err)
	}
	return nil
}

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
)

// notInLogo are elements that run, load or show what is no drawing.
var notInLogo = []string{"script", "foreignobject", "iframe", "image", "feimage", "audio", "video", "object", "embed", "a", "link"}

var (
	// loads is what loads something in a style or an attribute, unless it is a part of the same file.
	loads = regexp.MustCompile(`(?i)@import|url\(\s*["']?\s*[^#"'\s]|expression\(|image-set\(|\\`)
	// sized is a length that a browser can lay out without asking for more.
	sized = regexp.MustCompile(`^\s*[0-9.]+(px)?\s*$`)
	boxed = regexp.MustCompile(`^\s*[-0-9.]+[\s,]+[-0-9.]+[\s,]+[0-9.]*[1-9][0-9.]*[\s,]+[0-9.]*[1-9][0-9.]*\s*$`)
)

// checkSVG walks through a drawing. A problem has its line.
func checkSVG(data []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(data))
	var errs []error
	bad := func(format string, args ...any) {
		line, _ := dec.InputPos()
		errs = append(errs, fmt.Errorf("line %d %s", line, fmt.Sprintf(format, args...)))
	}
	depth, roots, inStyle := 0, 0, false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("is no SVG: %w", err))...)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
				if roots > 1 {
					bad("has a second element behind the drawing")
				}
				checkRoot(&token, bad)
			}
			depth++
			name := strings.ToLower(token.Name.Local)
			inStyle = name == "style"
			if slices.Contains(notInLogo, name) {
				bad("has <%s>; want a drawing without script, links, pictures and other documents", token.Name.Local)
			}
			checkSVGAttributes(&token, bad)
		case xml.EndElement:
			depth--
			inStyle = false
		case xml.CharData:
			if inStyle && loads.Match(token) {
				bad("has a style that loads something; want a drawing that needs no other file")
			}
		case xml.ProcInst:
			if token.Target != "xml" {
				bad("has <?%s?>; want a drawing that needs no other file", token.Target)
			}
		case xml.Directive:
			if !bytes.HasPrefix(token, []byte("DOCTYPE")) || bytes.ContainsRune(token, '[') {
				bad("has a document type with declarations; want none")
			}
		}
	}
	if roots == 0 {
		errs = append(errs, errors.New("is no SVG: it has no <svg>"))
	}
	return errors.Join(errs...)
}

// checkRoot wants what a browser takes for an SVG, in a size.
func checkRoot(root *xml.StartElement, bad func(string, ...any)) {
	if root.Name.Local != "svg" || root.Name.Space != svgSpace {
		bad(`begins with <%s>; want <svg xmlns="%s">`, root.Name.Local, svgSpace)
		return
	}
	var box, wide, high bool
	for _, a := range root.Attr {
		switch a.Name.Local {
		case "viewBox":
			box = boxed.MatchString(a.Value)
		case "width":
			wide = sized.MatchString(a.Value)
		case "height":
			high = sized.MatchString(a.Value)
		}
	}
	if !box && !(wide && high) {
		bad(`has no size; want viewBox="0 0 WIDTH HEIGHT"`)
	}
}

func checkSVGAttributes(e *xml.StartElement, bad func(string, ...any)) {
	for _, a := range e.Attr {
		name := strings.ToLower(a.Name.Local)
		switch {
		case a.Name.Space == "xmlns" || a.Name.Local == "xmlns":
		case strings.HasPrefix(name, "on"):
			bad("has %s; want a drawing without script", a.Name.Local)
		case (name == "href" || name == "src" || a.Name.Space == xlinkSpace && name != "title" && name != "type") && !strings.HasPrefix(a.Value, "#"):
			bad(`has %s="%.40s"; want a drawing that needs no other file`, a.Name.Local, a.Value)
		case a.Name.Space != "" && a.Name.Local != "base": // of a drawing program
		case a.Name.Local == "base" || loads.MatchString(a.Value):
			bad(`has %s="%.40s"; want a drawing that needs no other file`, a.Name.Local, a.Value)
		}
	}
}

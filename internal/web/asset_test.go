package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOneScriptIsThereForAllLanguages(t *testing.T) {
	lib := mustLibrary(t)
	if len(lib.assets) != 3+len(lib.langs) {
		t.Errorf("%d assets, want a stylesheet, an icon, the script of draws and one for each language", len(lib.assets))
	}
	for _, l := range lib.langs {
		if lib.assets[l.tag+".js"].ETag != lib.assets["en.js"].ETag {
			t.Errorf("the script of %s differs from the English one", l.tag)
		}
	}
}

func TestAnAssetIsFoundByItsName(t *testing.T) {
	p := mustLibrary(t)
	for kind, want := range p.assets {
		hash := strings.Trim(want.ETag, `"`)
		got, ok := p.Asset([]byte(hash + "." + kind))
		if !ok || !got.Exact || got.ContentType != want.ContentType || !strings.Contains(strings.Join(got.Headers(), " "), "immutable") {
			t.Errorf("%s is not found as it is", kind)
		}
		got, ok = p.Asset([]byte("0123456789abcdef." + kind))
		if !ok || got.Exact || got.Headers()[1] != "no-store" {
			t.Errorf("%s of another release is not answered by this one's, uncached", kind)
		}
	}
	for _, name := range []string{"", ".", "css", "0123456789abcdef", "0123456789abcdef.", "0123456789abcdef.xx.js", "../site.go"} {
		if _, ok := p.Asset([]byte(name)); ok {
			t.Errorf("an asset is found for %q", name)
		}
	}
}

func TestAnAssetIsTheSameCompressed(t *testing.T) {
	p := mustLibrary(t)
	for name, a := range p.assets {
		r, err := gzip.NewReader(bytes.NewReader(a.Gzip))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(body, a.Body) {
			t.Errorf("%s: the compressed form differs (%v)", name, err)
		}
		if a.ETag == a.GzipETag || !strings.HasPrefix(a.ETag, `"`) || !strings.HasSuffix(a.GzipETag, `"`) {
			t.Errorf("%s: ETags %s and %s", name, a.ETag, a.GzipETag)
		}
		if len(a.Gzip) > 9<<10 {
			t.Errorf("%s: %d bytes compressed, at most 9 KB may be", name, len(a.Gzip))
		}
	}
}

// The rules of a language (plural forms, digits, the words for a range) stand once, in Go.
func TestTheScriptKnowsNoLanguage(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^\s*//.*$`)
	program := comment.ReplaceAll(slices.Concat(mustScript(t, partsOf("linked")), mustScript(t, scriptParts["draw"])), nil)
	for _, rule := range []string{"PluralRules", "NumberFormat", `\d{3}`, "toLocaleString"} {
		if bytes.Contains(program, []byte(rule)) {
			t.Errorf("the script has a rule of its own: %s", rule)
		}
	}
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, c := range catalogs {
		for _, id := range c.ids {
			for text := range strings.SplitSeq(c.localize(id, 2), "{") {
				if _, after, found := strings.Cut(text, "}"); found {
					text = after
				}
				if text = strings.TrimSpace(text); strings.Contains(text, " ") {
					checked++
					if bytes.Contains(program, []byte(text)) {
						t.Errorf("the script says %q itself", text)
					}
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d sentences were looked for", checked)
	}
}

// What the script reads of a page must be there: data-… of the body and of the elements that bring texts.
func TestPagesBringWhatTheScriptReads(t *testing.T) {
	program := mustScript(t, partsOf("linked"))
	site := testSite()
	site.Entry = 10 * time.Second
	wait := string(mustNew(t, site).AppendWait(nil, 0, inTheLine()))
	form := string(mustNew(t, testSite()).AppendInterruption(nil, 0, &Interruption{Form: true, Status: 504}))
	for _, name := range regexp.MustCompile(`data\.(\w+)`).FindAllStringSubmatch(string(program), -1) {
		if !strings.Contains(wait, " data-"+name[1]+`="`) && !strings.Contains(form, " data-"+name[1]+`="`) {
			t.Errorf("no page has data-%s", name[1])
		}
	}
	for _, attr := range []string{
		"data-found", "data-ask", "data-off", "data-full", "data-sound", "data-touch", "data-notice", "data-none",
		"data-trial", "data-again", "data-ends", "data-on", "data-refused", "data-copy", "data-done", "data-marked",
	} {
		if !strings.Contains(wait, attr+`="`) {
			t.Errorf("the waiting page lacks %s", attr)
		}
	}
	for _, id := range []string{"starts", "clock", "worse", "entry", "updated", "alarm", "answers"} {
		if filled := regexp.MustCompile(`id="` + id + `"[^>]* data-text="`); !filled.MatchString(wait) && !filled.MatchString(form) {
			t.Errorf("a page lacks the text of %s, which the script fills in", id)
		}
	}
}

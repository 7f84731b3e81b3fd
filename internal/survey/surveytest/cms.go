package surveytest

import (
	"fmt"
	"net/http"
	"path"
	"strings"
)

// cmsPage is the start of a town's pages, as content systems write them.
const cmsPage = `<!doctype html>
<html lang="de-DE"><head><meta charset="utf-8"><title>Bürgerbüro   Musterstadt
 &#8211; Termine</title>
<link rel="stylesheet" href="/wp-content/themes/stadt/style.css?ver=6.4.2">
<link rel='stylesheet' href='/wp-content/themes/stadt/css/print.css?ver=6.4.2' media='print'>
<link rel="stylesheet" href="/wp-includes/css/dist/block-library/style.min.css?ver=6.4.2">
<link rel="stylesheet" href="/wp-content/plugins/jquery.ui/jquery-ui.css?ver=1.13">
<link rel="icon" href="/wp-content/uploads/2024/05/favicon-32.png" sizes="32x32">
<link rel="apple-touch-icon" href="/wp-content/uploads/2024/05/favicon-180.png">
<link rel="manifest" href="/site.webmanifest">
<link rel="preload" as="font" href="/wp-content/themes/stadt/fonts/open-sans-400.woff2" crossorigin>
<script src="/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"></script>
<script src="/wp-includes/js/jquery/jquery-migrate.min.js?ver=3.4.1"></script>
<style>.hero{background:url("/wp-content/uploads/2026/01/hero.jpg")}</style>
</head><body class="home">
<img src="/wp-content/themes/stadt/img/logo.svg" alt="Musterstadt">
<svg><use xlink:href="/wp-content/themes/stadt/img/icons.svg#phone"></use></svg>
<a href="/termine/">Termin buchen</a> <a href="/wp-login.php">Anmelden</a> <a href="/?page_id=7">Aktuelles</a>
<img src="/wp-content/uploads/2026/02/rathaus-300x200.jpg" srcset="/wp-content/uploads/2026/02/rathaus-300x200.jpg 300w, /wp-content/uploads/2026/02/rathaus-1024x683.jpg 1024w" alt="">
<img src="/wp-content/uploads/2026/02/markt.jpeg" alt=""><img src="/wp-content/uploads/2026/02/fest.webp" alt="">
<img src="/wp-content/uploads/2026/02/schloss.png" alt=""><img src="/wp-content/uploads/2026/02/ampel.gif" alt="">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">
<iframe src="https://karten.example.net/embed?x=1" title="Karte"></iframe>
<form action="/?s=" method="get"><input name="s"></form>
<footer><a href="/impressum/">Impressum</a> <a href="/datenschutz/">Datenschutzerkl&auml;rung</a>
<a href="https://www.musterstadt.example/barrierefreiheit">Erkl&auml;rung zur Barrierefreiheit</a></footer>
<script src="/wp-content/themes/stadt/js/navigation.js?ver=2.1"></script>
<script src="/wp-content/plugins/contact-form/includes/js/index.js?ver=5.9"></script>
<script src="/wp-content/plugins/cookie-banner/banner.js?ver=4"></script>
<script src="/wp-includes/js/wp-embed.min.js?ver=6.4.2"></script>
</body></html>`

// cmsFiles are the files of the page, those that its styles name included.
var cmsFiles = map[string]string{
	"/wp-content/themes/stadt/style.css": `@charset "utf-8"; @import 'css/base.css'; body{background:#fff url(img/paper.png)}
@font-face{font-family:"Open Sans";src:url(fonts/open-sans-400.woff2) format("woff2"),url('fonts/open-sans-400.woff') format("woff")}
@font-face{font-family:"Open Sans";font-weight:700;src:url("fonts/open-sans-700.woff2") format("woff2")}`,
	"/wp-content/themes/stadt/css/base.css":                 `.a{background:url(../img/arrow.svg)} .b{background:url(data:image/png;base64,AAAA)}`,
	"/wp-content/themes/stadt/css/print.css":                `body{color:#000}`,
	"/wp-includes/css/dist/block-library/style.min.css":     `.wp{margin:0}`,
	"/wp-content/plugins/jquery.ui/jquery-ui.css":           `.ui{background:url("images/ui-icons.png")}`,
	"/wp-content/plugins/jquery.ui/images/ui-icons.png":     "",
	"/wp-content/uploads/2024/05/favicon-32.png":            "",
	"/wp-content/uploads/2024/05/favicon-180.png":           "",
	"/site.webmanifest":                                     `{"name":"Musterstadt"}`,
	"/wp-content/themes/stadt/fonts/open-sans-400.woff2":    "",
	"/wp-content/themes/stadt/fonts/open-sans-400.woff":     "",
	"/wp-content/themes/stadt/fonts/open-sans-700.woff2":    "",
	"/wp-includes/js/jquery/jquery.min.js":                  `/*! jQuery */ jQuery.get=function(){};`,
	"/wp-includes/js/jquery/jquery-migrate.min.js":          `/* */`,
	"/wp-content/uploads/2026/01/hero.jpg":                  "",
	"/wp-content/themes/stadt/img/logo.svg":                 "<svg xmlns='http://www.w3.org/2000/svg'/>",
	"/wp-content/themes/stadt/img/icons.svg":                "<svg xmlns='http://www.w3.org/2000/svg'/>",
	"/wp-content/themes/stadt/img/paper.png":                "",
	"/wp-content/themes/stadt/img/arrow.svg":                "<svg xmlns='http://www.w3.org/2000/svg'/>",
	"/wp-content/uploads/2026/02/rathaus-300x200.jpg":       "",
	"/wp-content/uploads/2026/02/rathaus-1024x683.jpg":      "",
	"/wp-content/uploads/2026/02/markt.jpeg":                "",
	"/wp-content/uploads/2026/02/fest.webp":                 "",
	"/wp-content/uploads/2026/02/schloss.png":               "",
	"/wp-content/uploads/2026/02/ampel.gif":                 "",
	"/wp-content/themes/stadt/js/navigation.js":             `document.body.classList.add("js")`,
	"/wp-content/plugins/contact-form/includes/js/index.js": `fetch("/wp-json/contact-form/v1/forms").then(r=>r.json())`,
	"/wp-content/plugins/cookie-banner/banner.js":           `document.cookie="seen=1"`,
	"/wp-includes/js/wp-embed.min.js":                       `/* */`,
	"/favicon.ico":                                          "",
}

var media = map[string]string{
	".css": "text/css", ".js": "text/javascript; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".svg": "image/svg+xml", ".woff": "font/woff", ".woff2": "font/woff2", ".ico": "image/x-icon",
	".webmanifest": "application/manifest+json", ".html": "text/html; charset=utf-8", ".json": "application/json",
}

// Files are the paths of the thirty files that the page of CMS is made of.
func Files() []string {
	all := make([]string, 0, len(cmsFiles))
	for at := range cmsFiles {
		all = append(all, at)
	}
	return all
}

// CMS is a town's site as a content system makes it. All that is not one of its files is a page, and sets a cookie.
func CMS() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, isFile := cmsFiles[r.URL.Path]
		if isFile {
			w.Header().Set("Content-Type", media[path.Ext(r.URL.Path)])
			w.Header().Set("Cache-Control", "public, max-age=31536000")
			fmt.Fprint(w, text)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Frame-Options", "SAMEORIGIN")
		http.SetCookie(w, &http.Cookie{Name: "PHPSESSID", Value: "geheim", Path: "/", HttpOnly: true, Secure: true})
		if r.URL.Path != "/" {
			fmt.Fprintf(w, "<!doctype html><title>Seite</title>a page at %s", strings.Map(letters, r.URL.Path))
			return
		}
		fmt.Fprint(w, cmsPage)
	})
}

// letters leaves what is no letter out.
func letters(r rune) rune {
	if r >= 'a' && r <= 'z' || r == '/' {
		return r
	}
	return -1
}

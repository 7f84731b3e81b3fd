package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// around looks for ways around a guarded path: many sites have a front controller, which takes the page from behind its own name
// (/index.php/locked) or from the query (/?q=locked). Only a room that guards some paths and leaves others open can be passed so.
func (c *client) around(ctx context.Context, all *findings, room string) {
	i := slices.IndexFunc(c.Rooms, func(r Room) bool { return r.ID == room })
	if i < 0 {
		return
	}
	paths := c.Rooms[i].Guarded
	if len(paths) == 0 || slices.Contains(paths, "/") {
		return
	}
	found := false
	for _, path := range paths {
		for _, way := range ways() {
			reached, err := c.reached(ctx, way, path)
			switch {
			case err != nil:
				all.warn("look at the site's log", "%s is not answered: %v", way("locked"), err)
			case reached:
				found = true
				all.warn("if it is the guarded page, guard it too: paths: [\"/\"] with exclude for what is open, or have the site refuse this form",
					"%s, which needs no pass, is answered by the site as %s may be", way(strings.Trim(path, "/")), path)
			}
		}
	}
	if !found {
		all.good("no way around the guarded paths by a front controller's usual addresses")
	}
}

// ways are the usual spellings of a page's address at a front controller, of a name below a guarded path.
func ways() []func(name string) string {
	return []func(string) string{
		func(name string) string { return "/index.php/" + name },
		func(name string) string { return "/index.php?q=" + url.QueryEscape(name) },
		func(name string) string { return "/?q=" + url.QueryEscape(name) },
		func(name string) string { return "/index.php?page=" + url.QueryEscape(name) },
	}
}

// reached reports whether the site answers a guarded path by another way: with 200, and otherwise than what does not exist.
func (c *client) reached(ctx context.Context, way func(string) string, path string) (bool, error) {
	page, err := c.open(ctx, way(strings.Trim(path, "/")))
	if err != nil || page.StatusCode != http.StatusOK {
		return false, err
	}
	nothing, err := c.open(ctx, way("einlass-"+strings.ToLower(rand.Text())))
	if err != nil {
		return false, err
	}
	return nothing.StatusCode != http.StatusOK || !bytes.Equal(page.body, nothing.body), nil
}

// open asks for a page as a script does, which takes no place in the line. What the gateway answers itself is status 429 or 403.
func (c *client) open(ctx context.Context, target string) (*reply, error) {
	at, err := c.base.Parse(target)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "*/*")
	r := &reply{}
	return r, c.do(req, r)
}

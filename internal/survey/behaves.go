package survey

import (
	"net/url"
	"path"
	"slices"
)

// behaves says what the scripts of the page mean for a gateway.
func (g *gathering) behaves(r *Report) {
	does := &g.does
	r.Worker, r.Sockets, r.Streams = does.registers, does.sockets, does.streams
	if does.registers {
		at := "a service worker"
		if len(does.workers) > 0 {
			at += " (" + some(does.workers) + g.scope() + ")"
		}
		r.add("worker", "The page registers "+at+": pages that it has kept are shown without asking the gateway.",
			"It should ask the network first for page loads, and keep nothing below /.einlass/.")
	}
	if does.sockets {
		r.add("backend.upgrade", "Scripts open WebSockets"+beside(does.socketsAt)+": they are for people inside and end with the stay.",
			"A proxy in front must pass them on, as those of configs/fronts do.")
	}
	if does.streams {
		r.add("backend.timeouts.idle_read", "Scripts listen to streams of events"+beside(does.streamsAt)+".",
			"It has to say something every 2 minutes, or raise idle_read.")
	}
	if calls := g.calls(); len(calls) > 0 {
		r.add("calls", "Scripts ask "+some(calls)+": they wait like pages, and are not excluded.",
			"Without a pass they get 429 (a form 403) and JSON whose url is where the window should go. What pages ask for by themselves belongs in session.quiet.")
	}
}

// scope says for which pages the first service worker is: those in its directory, or those that the site allows (Service Workers §4.5.1).
func (g *gathering) scope() string {
	u := g.web(g.base, g.does.workers[0])
	if u == nil || g.byPath[pathOf(u)] == nil {
		return ""
	}
	if allowed := g.byPath[pathOf(u)].scope; allowed != "" {
		return ", for pages below " + Shown(allowed)
	}
	return ", for pages below " + Shown(path.Dir(pathOf(u)))
}

// beside are addresses in brackets, if there are any.
func beside(at []string) string {
	if len(at) == 0 {
		return ""
	}
	return " (" + some(at) + ")"
}

// calls are the paths of the site that scripts ask for.
func (g *gathering) calls() (all []string) {
	for _, to := range g.does.calls {
		u := g.web(g.base, to)
		if u == nil || !g.own(u) {
			continue
		}
		if at := shownPath(u); g.byPath[pathOf(u)] == nil && at != "/" && !slices.Contains(all, at) {
			all = append(all, at)
		}
	}
	return all
}

func shownPath(u *url.URL) string { return Shown(u.Path) }

// Package web makes every page and answer body that the gateway sends in its own name: the waiting page
// and the JSON status it polls, error pages, the page for a short interruption, the page for a form that came
// after the time inside had ended, and RFC 9457 problem bodies.
//
// Invariants:
//
//   - A page is complete without script: all facts are in its HTML, it reloads by itself, and giving up the
//     place is a plain form. The script only saves reloads.
//   - A page is one answer: its style, icon and script stand in it, and nothing else is loaded. [Site.Headers] carries the
//     Content-Security-Policy that enforces it, by the hashes of style and script.
//   - Pages are compiled to constant segments once a process, by [NewLibrary]; a [Site] is a few strings over them.
//     Answering only appends bytes: no allocation, no reflection, no template at run time. Everything that a visitor or
//     an operator wrote is escaped where it is appended.
//   - Every language is one file in locales/. NewLibrary refuses a language in which a message, a plural form or a
//     placeholder is missing, so no page is ever half translated. The rules of a language stand in Go alone: the script
//     shows the sentences that come with each poll.
//   - No page sends a form again by itself: scripts here only ever fetch by GET or HEAD, ask the gateway to be let in, or
//     tell it that the page was closed.
//
// # Own URLs, below the configured prefix
//
//	GET  assets/<name>      Library.Asset, the same for all rooms, for pages of the release before; also HEAD
//	GET  status?lang=L&shown=M.N
//	                        Site.AppendStatus in the language L of the page, else in the browser's; N is the last count of people ahead that was shown for the number M,
//	                        empty if none. The answer's count for that number must not be higher.
//	                        as=nostore says that the page waits for the store: as long as that is away, the answer says so.
//	GET  wait?to=PATH       where the visitor stands, as a page, and on to PATH once inside; numbers nobody.
//	                        PATH is raw and the last parameter: all that follows belongs to it.
//	GET  language?lang=L&to=PATH
//	                        remembers the language L for a day and leads back to the page. PATH is encoded as forms do; it
//	                        counts where the browser does not say which page that was.
//	POST join?to=PATH       takes a number by a press in a frame, and leads to wait
//	POST ask?lang=L&shown=M.N
//	                        asks to be let in, as a page load does, and answers as status does: for pages whose turn it is in
//	                        a room that is full
//	GET  draw?lang=L        the draw of the room as a page; as draw.json for what reads none
//	GET  draw.json?opening=NAME
//	                        the record of an opening's draw; without the parameter all of the room's
//	GET  next.ics?lang=L&at=UNIX
//	                        Site.AppendEvent: what comes next at that time, as an entry for a calendar; the same for everybody
//	POST leave              gives the place up, and leads to wait
//	POST away               sent when the page is closed or left (an empty body); answered with 204
//
// and, for pages of the site that include it:
//
//	GET  client.js          Library.Client, the same for all rooms; also HEAD
//	POST closed?quiet=MS    sent when the last page is closed, which had asked for nothing for so long
//	POST here               sent by a page that is there when another one was closed a moment ago
//	POST done               sent by Einlass.finish(): the stay is done
//
// Each carries room=<id> before its other parameters if the site has a Room.
//
// An "away" can overtake, or be overtaken by, the request that reloads the page, and a second tab may still be
// open: it must shorten the time until the place counts as absent, not end it at once.
//
// A Library and a Site are immutable and safe for concurrent use. The package is imported by the public plane only
// and knows neither HTTP server nor store.
package web

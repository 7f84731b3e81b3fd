// Package dashboard is the operators' room in a browser: pages that internal/adminapi serves beside its API, and that show and change
// rooms by that API alone. The pages themselves say nothing of any room, so that anybody may load them; what they show comes from
// requests that the API authorises one by one.
//
//	/                  all rooms
//	/login             log in
//	/rooms/{id}        one room: how it does, what to do, what can be changed
//	/rooms/{id}/plan   its schedule, and what another one would do
//	/rooms/{id}/places places for callers, and where a place stands
//	/rooms/{id}/codes  batches of codes
//	/rooms/{id}/draws  what was drawn, and the line of an official
//	/audit             who changed what
//	/people            who may operate the gateway
//	/keys              the keys that sign, and new ones
//	/config            the configuration in force, and what the file would change
//	/settings          who is logged in
//	/assets/…          script, styles and the charts' library (uPlot, MIT, unchanged; its licence is beside it)
//
// Pages are html/template in pages/, texts YAML in locales/ (page: of pages, script: of the script), one file for each language with the
// same keys. The script is ES modules without a build step: app.js takes the module of the page's view. Nothing is loaded from elsewhere,
// and the content policy has no exceptions: no inline script, no inline style.
package dashboard

package config

import (
	"time"

	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Room is one protected site: host and path rules, one backend, one line.
type Room struct {
	ID string `yaml:"id"`
	// Title is the site's name for visitors. Load puts the first host or the id in if there is none.
	Title string `yaml:"title"`
	// Hosts are the names the room answers to: exact, "*.example.org" for all names below, or "*". Lower
	// case, Punycode, after Load. Empty means "*".
	Hosts []string `yaml:"hosts"`
	// Canonical is the origin at which numbers are given, https://www.example.org; empty: at all that the room answers to.
	Canonical string `yaml:"canonical"`
	// FrameAncestors are the origins whose pages may show the room's in a frame, https://www.example.org or
	// https://*.example.org.
	FrameAncestors []string `yaml:"frame_ancestors"`
	// Paths are the prefixes that need a pass, Exclude the ones that do not; the longer prefix wins. See route.Router. Exclude
	// also has kinds of files, "*.css"; see Files.
	Paths   []string `yaml:"paths"`
	Exclude []string `yaml:"exclude"`
	// Once are the prefixes whose forms reach the site once within a stay; the same form again gets the first answer.
	Once []string `yaml:"once"`
	// Finish are rules by which an answer of the site ends the stay of whoever asked, as if it had the field Einlass-Finish: 1.
	Finish []Finish `yaml:"finish"`
	// Bookings are rules by which an answer of the site says that something was booked, Frees that it was given back.
	Bookings []Outcome `yaml:"bookings"`
	Frees    []Outcome `yaml:"frees"`
	// Commands are those of booking.Commands that the site may give in the field Einlass-Command.
	Commands []string `yaml:"commands"`
	// Schedule is what the room does when: openings, and what is between them. The zero value: it is open.
	Schedule plan.Schedule `yaml:"schedule"`
	// Draw is how the openings are drawn whose order is draw.
	Draw Draw `yaml:"draw"`
	// Invitations is how a site invites by itself.
	Invitations Invitations `yaml:"invitations"`
	// SMS is the service that hands links to places on as short messages.
	SMS SMS `yaml:"sms"`
	// CloseAt is how many places close the door for the rest of an opening; 0: none.
	CloseAt int64   `yaml:"close_at"`
	Backend Backend `yaml:"backend"`
	Pace    Pace    `yaml:"pace"`
	// Mode is run, pause or open.
	Mode    string  `yaml:"mode"`
	Message string  `yaml:"message"`
	Session Session `yaml:"session"`
	// ClaimWindow is how long a call may be claimed. A waiting page asks at least twice in this time, whatever Poll says.
	ClaimWindow time.Duration `yaml:"claim_window"`
	// Entry is how long a page counts, in front of somebody, before it goes on by itself at its turn; 0: only a press goes on.
	Entry time.Duration `yaml:"entry"`
	// AbsentAfter is how long after its last sign of life a place still counts as present.
	AbsentAfter time.Duration `yaml:"absent_after"`
	// ConfirmWithin is how long a place or stay counts of which nothing was heard since it was given.
	ConfirmWithin time.Duration `yaml:"confirm_within"`
	TicketLife    time.Duration `yaml:"ticket_life"`
	Poll          Poll          `yaml:"poll"`
	// OnStoreFailure is hold, local or open.
	OnStoreFailure string `yaml:"on_store_failure"`
	// Contact is plain text for people who cannot wait on this page.
	Contact string `yaml:"contact"`
	// SiteName is what sentences in the first of Languages call the site; empty: each language has a word.
	SiteName string `yaml:"site_name"`
	// Links are at the foot of every page.
	Links Links `yaml:"links"`
	// Languages are the tags of the languages offered, the first is the default. Empty offers all there are, English
	// first.
	Languages []string `yaml:"languages"`
	// Pages is a folder with own sentences and languages; empty: there is none. What is in it is read by internal/web.
	Pages string `yaml:"pages"`
}

// Files are the kinds of files in Exclude, "*.css". See route.Files.
func (r *Room) Files() []string {
	_, files := route.SplitFiles(r.Exclude)
	return files
}

// SMS is a service for short messages.
type SMS struct {
	// URL is where a signed webhook is sent; empty: there is none.
	URL string `yaml:"url"`
	// SecretFile holds the secret that gateway and service share, of at least webhook.MinSecret bytes.
	SecretFile string `yaml:"secret_file"`
}

// Invitations is what a room takes from its site.
type Invitations struct {
	// SecretFile holds the secret that site and gateway share, of at least door.MinSecret bytes; empty: the site invites nobody.
	SecretFile string `yaml:"secret_file"`
}

// Pace is how fast the line moves.
type Pace struct {
	// Rate is entries per minute.
	Rate int64 `yaml:"rate"`
	// MaxInside bounds what counts as inside; 0 means no bound.
	MaxInside int64 `yaml:"max_inside"`
	// Inside is how stays count: InsideExpected or InsideStrict.
	Inside string `yaml:"inside"`
	// Burst is how many may enter at once. 0 in the file is one second's worth of entries; Load puts the number in.
	Burst int64 `yaml:"burst"`
	// Health is what is done with the judgement of the site's health: act, advise or off.
	Health string `yaml:"health"`
}

// How stays count as inside.
const (
	// InsideExpected counts a stay by the chance that its visitor makes another request.
	InsideExpected = "expected"
	// InsideStrict counts each stay in full until it ends.
	InsideStrict = "strict"
)

// Session is how long a stay lasts.
type Session struct {
	// Idle ends a stay without activity.
	Idle time.Duration `yaml:"idle"`
	// Max ends every stay; 0 means TicketLife, see Room.Timing.
	Max time.Duration `yaml:"max"`
	// Resume is how long after it ran out a stay may be resumed.
	Resume time.Duration `yaml:"resume"`
	// Active is how long after a request a stay counts in full.
	Active time.Duration `yaml:"active"`
	// Page is how long people may sit on one page, as far as the operator knows; 0 means Idle.
	Page time.Duration `yaml:"page"`
	// Visit is how long a visit lasts in the mean, from the first request to the last, as far as the operator knows; 0: not known.
	// Nothing is counted by it: it is what max_inside is checked with.
	Visit time.Duration `yaml:"visit"`
	// FormGrace is how long after its end a stay still lets one form (POST, PUT, PATCH, DELETE) through, and how long after the
	// site has finished a stay its browser still fetches (GET, HEAD) what the last page needs.
	FormGrace time.Duration `yaml:"form_grace"`
	// Quiet are the prefixes of paths, as in Paths, whose requests are no activity: what a page of the site asks for by itself.
	Quiet []string `yaml:"quiet"`
}

// Poll is how often a waiting page asks for news: Min near the head of the line, Max far from it; more often where the
// claim window asks for it.
type Poll struct {
	Min time.Duration `yaml:"min"`
	Max time.Duration `yaml:"max"`
}

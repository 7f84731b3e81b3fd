// Package site plays, in virtual time, a booking site with a capacity, the people who are inside, and the proxy in front of them:
// its queue and in-flight limit, what it measures of the site's health, and the judgement on it. Who is let in, and when, is somebody
// else's: a Gate, which is told the factor of the pace.
//
// The site is the demo's server with the curve of Speyer's portal (internal/demo): it works at its best with 17 requests at once, does 3.5
// bookings a second then, slows down beyond, and falls over when it is overrun for minutes. People know nothing of the law that is
// tried: they read for a while, ask for the next page, load what failed again, and go when it has failed too often.
package site

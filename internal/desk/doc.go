// Package desk is for people who cannot use a browser: it names places by number and code, and keeps the places that staff take for callers.
//
// A place on the telephone is named by its number and its place code ([Names]). Together they are no key: they show where the place stands,
// and let staff act on it.
//
// A [Desk] is the browser of those who have none. It keeps the tickets of their places, in memory and in a file that is written before staff
// read a number out, and tells the store of them: always as places whose visitor is away. So such a place keeps its rank, and no call runs
// out while staff dial. When the head comes by it is passed over, which is how staff see that it is its turn; whoever opens a link to it then
// comes to the front, before everybody in the line.
//
// It knows nothing about the callers: an id that is drawn, a number, and times.
//
// internal/gateway, internal/operator and cmd/gateway import it.
package desk

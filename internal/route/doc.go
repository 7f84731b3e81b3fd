// Package route finds the room that a request belongs to, by host and path, and says whether it needs a pass. It is pure,
// imports none of ours, and is used by internal/gateway for each request and by internal/config to check that no two
// rooms claim the same path.
//
// Hosts: an exact name before "*.example.org" (the longest first) before "*". A room of a less exact host is asked when
// the more exact ones have no rule for the path.
//
// Paths: rules are prefixes that end at a segment border, so /termine covers /termine and /termine/neu but not /terminex.
// The longest rule wins, whether it is in paths or in exclude. A path under no rule is Open, to the backend of the first
// room of the most exact host.
//
// Spellings: the raw path is forwarded, and how the backend reads it is unknown: whether it decodes %74, resolves "..",
// merges "//", takes "//name" for a host, takes "\" for "/", drops ";…", ignores case. So the router reads the path in
// several ways (see readings), and the path is Open only if all readings are: a rule in paths cannot be evaded by
// spelling, a rule in exclude cannot be widened by it. Where readings belong to different rooms' lines the longer rule
// wins, but if the path has ".." segments it is Ambiguous: a pass for one room must not open another. For a path that no
// browser sends of itself (dot segments, "//", encoded separators) exclude rules do not count.
//
// Encodings: a path whose bytes are no UTF-8 is Unreadable, unless its room takes such; then it is read in Windows-1252 and in any
// other encoding that writes ASCII as it is. What a backend finds by comparing titles, or by a front controller
// (/index.php/termine, ?q=termine), is not known here.
//
// Kinds of files ("*.css") are no rules of the router: see Files.
package route

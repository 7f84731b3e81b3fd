// Package adminapi is the operators' HTTP interface to internal/operator, on a listener of its own.
//
//	GET   /v1/rooms        all rooms                                               operators
//	GET   /v1/rooms/{id}   one room                                                operators
//	PATCH /v1/rooms/{id}   change rate, max_inside, burst, mode, strict, message,
//	                       health, schedule, door, close_at                        operators
//	GET   /v1/rooms/{id}/plan           what it does now by its schedule, and next operators
//	POST  /v1/rooms/{id}/plan/preview   what another schedule would do             operators
//	GET   /v1/rooms/{id}/draws          the records of its draws                   operators
//	POST  /v1/rooms/{id}/draws/line     the line that decides one: operator.Typed  operators
//	GET   /v1/rooms/{id}/places         those that its desk keeps                  operators
//	POST  /v1/rooms/{id}/places         takes one: operator.NewPlace               operators
//	POST  /v1/rooms/{id}/places/find    where one stands: operator.PlaceAct; link,
//	                       sms, front and remove beside it                              operators
//	GET   /v1/rooms/{id}/codes          its batches of codes                       operators
//	POST  /v1/rooms/{id}/codes          another batch: its codes                   operators
//	POST  /v1/rooms/{id}/codes/print    the codes of a batch that there is         operators
//	POST  /v1/rooms/{id}/codes/revoke   codes that let nobody in any more          operators
//	POST  /v1/rooms/{id}/codes/restore  batches that were lost, as GET has shown   operators
//	DELETE /v1/rooms/{id}/codes/{batch} a batch that is over                       operators
//	POST  /v1/rooms/{id}/invitations    one invitation                             operators
//	      /v1/rooms/{id}/debug/…   for tests and trials, see below                 operators
//	GET   /debug/pprof/    profiles                                                operators
//	GET   /metrics         Prometheus                                              public
//	GET   /healthz         200 while the process serves                            public
//	GET   /readyz          200 when it should get visitors, else 503               public
//
// routes.go holds the whole table, with the time limits. Operators prove themselves with the token.
//
// A PATCH is a JSON merge patch (RFC 7396) of a room as GET shows it. It is strict: unknown, repeated or
// ill-typed members are refused, all in one answer, and a refused patch changes nothing. One member more is accepted:
// "reason", a line of at most 500 bytes that says why. It goes into the record of the change and is shown nowhere else.
//
// ETag is the version of the controls, not of the figures beside them. Without If-Match a PATCH applies to whatever the
// controls are by then. With If-Match: "N" it is refused (412) if it would overwrite something that is newer than version
// N: because an operator has changed the controls since, or because the gateways themselves have changed one of the values
// that the patch names, for example from an edited configuration. What the gateways change elsewhere raises the version
// too, but does not make the condition fail. A patch that names the rate names the burst with it.
//
// The answer to a PATCH shows the controls as stored. A GET shows the latest snapshot, whose controls and figures are of
// one moment and at most a tick (250 ms) old, so one that follows a PATCH at once may still show the old ones.
//
// # The plan
//
// The member schedule is the schedule of the configuration file as JSON. It is one value: a patch replaces it as a whole and does not merge
// it, for half of one day with half of another is no day; null takes it away. All that is wrong with it is told at once, by paths as
// schedule.openings[0].start. GET plan answers what has been applied of it, what comes, in words and in times of its zone, and what to look
// at (operator.PlanInfo); its ETag is the version of the controls. POST plan/preview takes the body of a PATCH that names the schedule,
// refuses what a PATCH would refuse, changes nothing, and answers what would be different (operator.PlanPreview); its ETag is the version
// that it looked at, for the If-Match of the PATCH.
//
// # Codes
//
// Codes are lines of JSON (application/jsonl): first CodesHead, then a CodeLine each, at last CodesEnd. With Accept: text/csv they are a table.
// The batch is in the room's document before the first code leaves. An answer that is cut off lacks its end, in both forms (a table by the
// chunked coding of HTTP); POST print gives the same codes again, from a serial on. DELETE takes ?reason=TEXT. Neither codes nor the keys of
// persons are logged.
//
// # Tests and trials
//
// What a room can do and no configuration asks for yet is reached below /v1/rooms/{id}/debug/: POST plan, reveal, report, join
// and move, each with a JSON object (operator.DebugPlan and so on), GET find?number=N&epoch=E and GET snapshot. They are
// authorised, bounded and recorded like changes, and change the line of people who wait: they are not for a day on which
// people come, and may change with each release. Plan takes If-Match.
//
// Every answer carries "Einlass-Api: 1", so that a client can tell this API from another server at the address, and what is about
// one room "Einlass-Room" with its id.
//
// Errors are RFC 9457 problems with a "code" for programs; see the table in problem.go.
//
// # Who may ask
//
// The token is compared in constant time. A wrong one is answered late, by the address (an IPv6 /64) and by how many there are in all:
// after 50 ms, then twice as long each time, up to 3 s; at most 64 wait, 4 of one address, and what is beyond gets 429 at
// once. The right token is not slowed by wrong ones of other addresses, and at most 200 ms by those of its own.
//
// Every request, those without token included, must be addressed to an IP
// address, to localhost or to a configured name, and must not come from a page of another origin: so a web page that an
// operator visits cannot reach the listener, not even by rebinding its own name to it. /healthz and /readyz are answered
// whatever host is named, or without one, as load balancers ask for them.
//
// cmd/gateway serves it; internal/adminclient shares the types. Of this module the package imports internal/operator and
// pkg/queue.
package adminapi

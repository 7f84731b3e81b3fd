// Package adminapi is the operators' HTTP interface to internal/operator, on a listener of its own.
//
//	GET   /v1/log          what the log of this gateway tells; PUT changes it      admins
//	GET   /v1/keys         the keys that sign, without their secrets               admins
//	POST  /v1/keys/rotate  new keys: operator.KeysRotation, with If-Match          admins
//	GET   /v1/config       the configuration in force, without secrets             admins
//	POST  /v1/config/check what is wrong with one, and what it would change        admins
//	POST  /v1/config/reload  reads the file again, or says what would change       admins
//	GET   /v1/users        who may operate the gateway                             admins
//	GET   /v1/alerts       what somebody has to do something about                 viewers
//	GET   /v1/doctor       what the machine of this gateway knows of itself            admins
//	GET   /v1/doctor/front what a probe through the proxies in front has to know       admins
//	POST  /v1/doctor/seals, …/check
//	                       the seal of a question of that probe; of an answer          admins
//	GET   /v1/rooms        all rooms                                               viewers
//	GET   /v1/rooms/{id}   one room                                                viewers
//	PATCH /v1/rooms/{id}   change rate, max_inside, burst, mode, strict, message,
//	                       messages, message_until, health, schedule, door, close_at  operators
//	GET   /v1/openapi.yaml this API, described (OpenAPI 3.1); openapi.json beside it  viewers
//	POST  /v1/rooms/{id}/mode           run, pause, close, drain or open, as one act   operators
//	POST  /v1/rooms/{id}/stays/end      ends one stay, or all                      operators
//	GET   /v1/events       the rooms again and again, as they change               viewers
//	GET   /v1/rooms/{id}/origins        its controls in the file and in force, why operators
//	GET   /v1/rooms/{id}/history        what it did in the last day                viewers
//	GET   /v1/rooms/{id}/page           what somebody sees who comes now: HTML        viewers
//	GET   /v1/rooms/{id}/plan           what it does now by its schedule, and next viewers
//	POST  /v1/rooms/{id}/plan/preview   what another schedule would do             operators
//	GET   /v1/rooms/{id}/draws          the records of its draws                   viewers
//	POST  /v1/rooms/{id}/draws/line     the line that decides one: operator.Typed  operators
//	GET   /v1/rooms/{id}/places         those that its desk keeps                  operators
//	POST  /v1/rooms/{id}/places         takes one: operator.NewPlace               operators
//	POST  /v1/rooms/{id}/places/find    where one stands: operator.PlaceAct; link,
//	                       history, sms, front and remove beside it                     operators
//	GET   /v1/rooms/{id}/codes          its batches of codes                       operators
//	POST  /v1/rooms/{id}/codes          another batch: its codes                   operators
//	POST  /v1/rooms/{id}/codes/print    the codes of a batch that there is         operators
//	POST  /v1/rooms/{id}/codes/revoke   codes that let nobody in any more          operators
//	POST  /v1/rooms/{id}/codes/restore  batches that were lost, as GET has shown   operators
//	DELETE /v1/rooms/{id}/codes/{batch} a batch that is over                       operators
//	POST  /v1/rooms/{id}/invitations    one invitation                             operators
//	      /v1/rooms/{id}/debug/…   for tests and trials, see below                 admins
//	POST  /v1/rooms/{id}/reports/sign   signs a report: signed.Asked               admins
//	GET   /v1/audit        who did what, the latest first: ?room=, since=, before=,
//	                       limit=                                                  admins
//	GET   /debug/pprof/    profiles                                                admins
//	GET   /metrics         Prometheus                                              public
//	GET   /healthz         200 while the process serves; /livez likewise          public
//	GET   /startupz        200 once it has known all its rooms, else 503           public
//	GET   /readyz          200 when it should get visitors, else 503               public
//
// routes.go holds the whole table, with the time limits, and openapi.yaml describes it. The tests hold every route, each request that is accepted and each
// answer to it, so who adds a route or a member adds it there. The token of the configuration is an admin for all rooms. Admins may what operators may, and
// these what viewers may. Who asks for more than the role gets 403; a room outside of those that somebody is given is answered like one that
// does not exist, and what is not about one room, /debug/pprof/ for instance, is only for admins of all rooms.
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
// The answer to a change has "undo", the patch that reverts it, unless nothing has changed: send it with If-Match: the ETag of that answer.
//
// message_until is when message and messages are over, in RFC 3339; pages stop showing them by the clock of the store, and the room says
// message_expired. A patch that names a text and no time takes the time away.
//
// # What has to be confirmed
//
// An act that takes something from people is answered first with the problem "confirm" (428): effect says what it does ("312 people inside lose
// their stay"), effect_kind and count say it for programs (operator.EffectKind), confirm is a code. The same request with the member "confirm": CODE
// does it, within five minutes and as long as it concerns not many more people. So are: opening a room to all; closing its door while people
// come; a schedule that changes the opening under way; the end of stays; a place that is removed; codes that are revoked; a
// room that a reload takes out of service; keys that end before tickets do, and those that other gateways need. A confirmation counts once at a
// gateway, and for the principal that was asked. Nothing is recorded of the question.
//
// # Modes and stays
//
// POST mode takes {"mode": WORD} and makes one change of it: run (mode run, the door open), pause, close (the door closed; a room that is
// open to all runs again), drain (mode run, the door closed: the line is served to its end) and open (nobody waits, the line is kept). Its answer
// is the room with to_serve, how many people wait, are called or are inside. POST stays/end takes {"number", "code"} or {"all": true}, each with a
// reason: no gateway takes the passes any more, and whoever had one needs a new number.
//
// # History and events
//
// GET history?span=2h&points=240 answers what this gateway has seen in a span before now: times in "t" and a list a figure, of which
// internal/history has the table. A point is the worst of its time: the highest of what waits, the lowest of what is in force. Totals (joined, admitted, finished,
// left, booked, promises) are how many a minute. null is what is not known: the gateway or its store was away.
//
// GET events is a stream of server-sent events with the name "rooms", whose data is the answer to GET /v1/rooms, or with ?room=ID that room of it. One comes at
// the beginning, one at once when controls have changed on any gateway, and else one a second while figures change. The id of an event
// follows from what it says: a client that comes back with Last-Event-ID is sent what it has not. At most 64 clients listen, and who takes
// nothing for 5 s is cut off. The stream ends when the gateway stops and when the right to listen ends.
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

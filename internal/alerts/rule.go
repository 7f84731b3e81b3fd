package alerts

import "time"

// Severity is how soon somebody has to act.
type Severity string

// Severities. Critical: now, people cannot get in or lose something. Warning: today.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
)

// Words are what an alert says in one language.
type Words struct {
	// What is wrong, and what to Do, each one or two sentences.
	What string `json:"what"`
	Do   string `json:"do"`
}

// Rule is one condition that somebody has to do something about.
type Rule struct {
	// Name as Prometheus has it, in CamelCase. It never changes.
	Name     string
	Severity Severity
	// For is how long the condition holds before it is said.
	For time.Duration
	// Expr is the condition in PromQL.
	Expr string
	// holds are the rooms for which it holds by the samples of this process; "" is the gateway itself.
	holds  func(w *window) figures
	En, De Words
}

// minutes are spans that rules look back over.
const (
	twoMinutes  = 2 * time.Minute
	fiveMinutes = 5 * time.Minute
	tenMinutes  = 10 * time.Minute
)

// Rules is the table of all rules, the gravest first.
func Rules() []Rule { return append(lineRules(), gatewayRules()...) }

// lineRules are about the rooms.
func lineRules() []Rule {
	return []Rule{
		{
			Name: "EinlassStoreAway", Severity: Critical, For: 30 * time.Second,
			Expr:  `einlass_store_up == 0`,
			holds: func(w *window) figures { return w.latest("store_up").is(0) },
			En: Words{
				"The store of the line does not answer. Nobody new gets a number; people inside stay inside.",
				"Look whether the store (Redis) runs and can be reached from this machine. Do not restart the gateways: they hold what is needed to go on.",
			},
			De: Words{
				"Der Speicher der Warteschlange antwortet nicht. Neue Besucher bekommen keine Nummer; wer drin ist, bleibt drin.",
				"Prüfen, ob der Speicher (Redis) läuft und von hier erreichbar ist. Die Gateways nicht neu starten: sie haben alles, was zum Weitermachen nötig ist.",
			},
		},
		{
			Name: "EinlassSiteDown", Severity: Critical, For: 30 * time.Second,
			Expr:  `max without (address) (einlass_backend_up) == 0`,
			holds: func(w *window) figures { return w.latest("backend_up").is(0) },
			En: Words{
				"The booking site does not answer, or most of its answers are errors.",
				"Call the people who run the site. Press Pause until it is well, so that nobody's turn is wasted, and say so in a message.",
			},
			De: Words{
				"Die Buchungsseite antwortet nicht oder fast nur mit Fehlern.",
				"Den Betreiber der Buchungsseite anrufen. Bis sie wieder läuft auf „Anhalten“ drücken, damit niemand umsonst an die Reihe kommt, und das in einer Meldung sagen.",
			},
		},
		{
			Name: "EinlassNobodyEnters", Severity: Critical, For: time.Minute,
			Expr: `einlass_line_waiting > 0 and einlass_pace_paused == 0 and einlass_pace_calls_per_second > 0 and einlass_pace_factor > 0` +
				` and ignoring (phase) einlass_opening_phase{phase="open"} == 1 and increase(einlass_line_admitted_total[2m]) == 0` +
				` and (einlass_pace_max_inside == 0 or einlass_line_counted_inside < einlass_pace_max_inside)` +
				` and einlass_line_hold_timestamp_seconds < einlass_line_frame_timestamp_seconds` +
				` unless einlass_opening_quota - einlass_opening_booked <= einlass_line_inside`,
			holds: nobodyEnters,
			En: Words{
				"People wait, the room is open and not full, and for two minutes nobody has entered.",
				"Try the site as a visitor would. If the waiting page shows no turn there, collect the log of the gateway; a restart of one gateway loses nobody's place.",
			},
			De: Words{
				"Es warten Leute, der Raum ist offen und nicht voll, und seit zwei Minuten ist niemand hineingekommen.",
				"Die Seite selbst wie ein Besucher aufrufen. Kommt niemand an die Reihe, das Protokoll des Gateways sichern; ein Neustart eines Gateways kostet niemanden den Platz.",
			},
		},
		{
			Name: "EinlassSiteErrors", Severity: Warning, For: time.Minute,
			Expr: `sum by (room, instance, job) (increase(einlass_backend_requests_total{outcome=~"5xx|down|timeout|malformed"}[5m]))` +
				` / sum by (room, instance, job) (increase(einlass_backend_requests_total[5m])) > 0.1` +
				` and sum by (room, instance, job) (increase(einlass_backend_requests_total[5m])) > 50`,
			holds: siteErrors,
			En: Words{
				"More than a tenth of the site's answers of the last five minutes were errors.",
				"Lower the pace by half and look whether the errors end. If they do not, the site has another fault: call the people who run it.",
			},
			De: Words{
				"Mehr als ein Zehntel der Antworten der Buchungsseite in den letzten fünf Minuten waren Fehler.",
				"Das Tempo halbieren und sehen, ob die Fehler aufhören. Wenn nicht, hat die Seite einen anderen Fehler: den Betreiber anrufen.",
			},
		},
		{
			Name: "EinlassPaceHeldBack", Severity: Warning, For: fiveMinutes,
			Expr:  `einlass_pace_factor < 0.5`,
			holds: func(w *window) figures { return w.latest("pace_factor").below(0.5) },
			En: Words{
				"For five minutes less than half of the pace is used, because the site is slow or fails.",
				"Nothing has to be done for the line. The site is weaker than the pace that is set: tell the people who run it, or set a lower pace.",
			},
			De: Words{
				"Seit fünf Minuten wird weniger als die Hälfte des Tempos genutzt, weil die Buchungsseite langsam ist oder Fehler macht.",
				"Für die Warteschlange ist nichts zu tun. Die Seite schafft weniger als eingestellt: den Betreiber informieren oder das Tempo senken.",
			},
		},
		{
			Name: "EinlassPausedWhilePeopleWait", Severity: Warning, For: tenMinutes,
			Expr: `einlass_pace_paused == 1 and einlass_line_waiting > 0`,
			holds: func(w *window) figures {
				return w.latest("pace_paused").is(1).and(w.latest("line_waiting").above(0))
			},
			En: Words{
				"The room has been paused for ten minutes, and people wait.",
				"If the reason for the pause is over, press Go on. If not, tell in a message when it goes on.",
			},
			De: Words{
				"Der Raum ist seit zehn Minuten angehalten, und es warten Leute.",
				"Ist der Grund vorbei, auf „Weiter“ drücken. Sonst in einer Meldung sagen, wann es weitergeht.",
			},
		},
		{
			Name: "EinlassPromisesBroken", Severity: Warning, For: tenMinutes,
			Expr: `increase(einlass_wait_promises_total{result="late"}[30m]) / ignoring (result) sum without (result) (increase(einlass_wait_promises_total[30m])) > 0.3` +
				` and ignoring (result) sum without (result) (increase(einlass_wait_promises_total[30m])) > 20`,
			holds: promisesBroken,
			En: Words{
				"Of the waits that pages told in the last half an hour, more than three in ten took longer.",
				"Tell in a message why it takes longer. The ranges that are told adapt by themselves.",
			},
			De: Words{
				"Von den Wartezeiten, die angezeigt wurden, dauerten in der letzten halben Stunde mehr als drei von zehn länger.",
				"In einer Meldung sagen, warum es länger dauert. Die angezeigten Zeiten passen sich von selbst an.",
			},
		},
		{
			Name: "EinlassGatewayMissing", Severity: Warning, For: time.Minute,
			Expr: `einlass_line_gateways < max_over_time(einlass_line_gateways[10m])`,
			holds: func(w *window) figures {
				most := w.highest(tenMinutes, "line_gateways")
				out := figures{}
				for room, n := range w.latest("line_gateways") {
					if n < most[room] {
						out[room] = n
					}
				}
				return out
			},
			En: Words{
				"Fewer gateways share the line than ten minutes ago.",
				"Look whether one was stopped on purpose. If not, start it again: the others carry the line meanwhile.",
			},
			De: Words{
				"Es teilen sich weniger Gateways die Warteschlange als vor zehn Minuten.",
				"Prüfen, ob eines absichtlich gestoppt wurde. Wenn nicht, neu starten: die anderen machen so lange weiter.",
			},
		},
	}
}

// gatewayRules are about one gateway.
func gatewayRules() []Rule {
	return []Rule{
		{
			Name: "EinlassStoreEvicts", Severity: Critical, For: 0,
			Expr:  `einlass_store_evicts == 1`,
			holds: func(w *window) figures { return w.latest("store_evicts").is(1) },
			En: Words{
				"The store is set up to throw data away when it is full: people can lose their places.",
				"Set maxmemory-policy noeviction on the Redis server, now and in its configuration.",
			},
			De: Words{
				"Der Speicher ist so eingestellt, dass er Daten wegwirft, wenn er voll ist: Leute können ihren Platz verlieren.",
				"Am Redis-Server maxmemory-policy noeviction setzen, sofort und in seinen Einstellungen.",
			},
		},
		{
			Name: "EinlassCertificateEnds", Severity: Warning, For: 0,
			Expr: `einlass_certificate_expiry_timestamp_seconds > 0 and einlass_certificate_expiry_timestamp_seconds - time() < 14 * 86400`,
			holds: func(w *window) figures {
				soon := float64(w.now().Add(14 * 24 * time.Hour).Unix())
				return w.latest("certificate_expiry_timestamp_seconds").above(0).below(soon)
			},
			En: Words{
				"The certificate of the site's name ends within 14 days.",
				"Renew it, and put the new files where tls.cert_file and tls.key_file are. They are read by themselves.",
			},
			De: Words{
				"Das Zertifikat läuft in weniger als 14 Tagen ab.",
				"Erneuern und die neuen Dateien an die Stelle von tls.cert_file und tls.key_file legen. Sie werden von selbst gelesen.",
			},
		},
		{
			Name: "EinlassConfigurationNotInForce", Severity: Warning, For: 0,
			Expr:  `einlass_config_last_reload_successful == 0`,
			holds: func(w *window) figures { return w.latest("config_last_reload_successful").is(0) },
			En: Words{
				"The configuration file was changed and is not in force: it has a mistake.",
				"Run gateway config check on the file: it names each mistake. The configuration before is in force meanwhile.",
			},
			De: Words{
				"Die Konfigurationsdatei wurde geändert und gilt nicht: sie enthält einen Fehler.",
				"gateway config check für die Datei ausführen: es nennt jeden Fehler. Bis dahin gelten die Einstellungen davor.",
			},
		},
		{
			Name: "EinlassRecordNotWritten", Severity: Warning, For: time.Minute,
			Expr:  `einlass_audit_waiting_entries > 0`,
			holds: func(w *window) figures { return w.latest("audit_waiting_entries").above(0) },
			En: Words{
				"What operators do is not written into the record: the disk is full, or state.dir cannot be written.",
				"Make room on the disk of state.dir. The entries wait in memory, so do not restart this gateway before.",
			},
			De: Words{
				"Was die Bedienenden tun, kommt nicht ins Protokoll: Die Platte ist voll, oder in state.dir kann nicht geschrieben werden.",
				"Auf der Platte von state.dir Platz schaffen. Die Einträge warten im Arbeitsspeicher: dieses Gateway vorher nicht neu starten.",
			},
		},
		{
			Name: "EinlassWrongTokens", Severity: Warning, For: 0,
			Expr: `sum without (reason) (increase(einlass_admin_unauthorized_total{reason=~"wrong|crowd"}[5m])) > 20`,
			holds: func(w *window) figures {
				return w.increase(fiveMinutes, "admin_unauthorized_total", "reason", "wrong|crowd").above(20)
			},
			En: Words{
				"Somebody tries tokens or passwords at the operators' listener.",
				"Look in the log where from. The listener should be reached by your own machines only.",
			},
			De: Words{
				"Jemand probiert Zugangsschlüssel oder Passwörter an der Verwaltung aus.",
				"Im Protokoll nachsehen, von wo. Die Verwaltung sollte nur von eigenen Rechnern aus erreichbar sein.",
			},
		},
		{
			Name: "EinlassUntrustedProxy", Severity: Warning, For: 0,
			Expr:  `increase(einlass_untrusted_proxy_requests_total[5m]) > 0`,
			holds: func(w *window) figures { return w.increase(fiveMinutes, "untrusted_proxy_requests_total").above(0) },
			En: Words{
				"Requests come through a proxy that trusted_proxies does not name: all its visitors look like one.",
				"If the proxy is yours, name it in trusted_proxies and reload.",
			},
			De: Words{
				"Anfragen kommen über einen Proxy, den trusted_proxies nicht nennt: alle seine Besucher sehen wie einer aus.",
				"Gehört der Proxy Ihnen, in trusted_proxies eintragen und neu laden.",
			},
		},
		{
			Name: "EinlassPanic", Severity: Warning, For: 0,
			Expr:  `increase(einlass_panics_total[5m]) > 0`,
			holds: func(w *window) figures { return w.increase(fiveMinutes, "panics_total").above(0) },
			En: Words{
				"A request met a fault of the gateway and was answered with an error.",
				"Nothing has to be done at once. Send the lines of the log that say panic to those who maintain the program.",
			},
			De: Words{
				"Eine Anfrage ist auf einen Programmfehler des Gateways gestoßen und mit einem Fehler beantwortet worden.",
				"Sofort ist nichts zu tun. Die Zeilen mit „panic“ aus dem Protokoll an die Entwickler schicken.",
			},
		},
		{
			Name: "EinlassConnectionsRefused", Severity: Warning, For: time.Minute,
			Expr: `sum without (reason) (increase(einlass_connections_refused_total[5m])) > 100`,
			holds: func(w *window) figures {
				return w.increase(fiveMinutes, "connections_refused_total").above(100)
			},
			En: Words{
				"More visitors connect than the gateway may serve at once; some are turned away.",
				"Raise limits.connections if the machine has memory left, or start another gateway.",
			},
			De: Words{
				"Es verbinden sich mehr Besucher, als das Gateway gleichzeitig bedienen darf; manche werden abgewiesen.",
				"limits.connections erhöhen, wenn der Rechner noch Speicher hat, oder ein weiteres Gateway starten.",
			},
		},
	}
}

// nobodyEnters is silent while nobody can: when all is booked, and when those inside hold what is left.
func nobodyEnters(w *window) figures {
	if !w.covers(twoMinutes) {
		return nil
	}
	running := w.latest("line_waiting").above(0).and(
		w.latest("pace_paused").is(0), w.latest("pace_calls_per_second").above(0), w.latest("pace_factor").above(0),
		w.latest("opening_phase", "phase", "open").is(1), w.increase(twoMinutes, "line_admitted_total").is(0))
	bound, inside := w.latest("pace_max_inside"), w.latest("line_counted_inside")
	hold, frame := w.latest("line_hold_timestamp_seconds"), w.latest("line_frame_timestamp_seconds")
	quota, booked, live := w.latest("opening_quota"), w.latest("opening_booked"), w.latest("line_inside")
	out := figures{}
	for room, n := range running {
		limit, limited := quota[room]
		if limited && limit-booked[room] <= live[room] {
			continue
		}
		if (bound[room] == 0 || inside[room] < bound[room]) && hold[room] < frame[room] {
			out[room] = n
		}
	}
	return out
}

func siteErrors(w *window) figures {
	all := w.increase(fiveMinutes, "backend_requests_total").above(50)
	return w.increase(fiveMinutes, "backend_requests_total", "outcome", "5xx|down|timeout|malformed").per(all).above(0.1)
}

func promisesBroken(w *window) figures {
	all := w.increase(kept, "wait_promises_total").above(20)
	return w.increase(kept, "wait_promises_total", "result", "late").per(all).above(0.3)
}

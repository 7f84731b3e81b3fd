package gateway

// carryOut does what was decided: first the cookie, then the count, then the site or an answer of our own.
func (e *exchange) carryOut(d *decision) {
	if err := e.setCookie(d); err != nil {
		e.g.failed(e.r, e.v, "token not issued", err)
		return
	}
	e.r.Metrics.Visit(d.count)
	if d.act == forward {
		e.forwardInside(d)
		return
	}
	e.reply(d)
}

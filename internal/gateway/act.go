package gateway

// carryOut does what was decided: first the cookie, then the count, then the site or an answer of our own.
func (e *exchange) carryOut(d *decision) {
	if err := e.setCookie(d); err != nil {
		e.g.failed(e.r, e.v, "token not issued", err)
		return
	}
	e.r.Metrics.Visit(d.count)
	switch d.act {
	case forward:
		e.forwardInside(d)
	case bypass:
		e.g.forwardOpen(e.r, e.v, true)
	case beside:
		if e.aside == asideAsset {
			e.forwardAsset()
		} else {
			e.forwardAside()
		}
	default:
		e.reply(d)
	}
}

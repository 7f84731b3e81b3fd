package queue

// MessageUntil is when the texts for waiting pages are over, in store milliseconds; 0: when somebody takes them away.
func (d *Document) MessageUntil() int64 { return d.settings().MessageUntil }

// SetMessageUntil sets it.
func (d *Document) SetMessageUntil(at int64) {
	s := d.settings()
	s.MessageUntil = at
	d.Settings = s.Encode()
}

// notice is what a document says to people who wait.
type notice struct {
	text  string
	texts map[string]string
	until int64 // 0: without an end
}

func noticeOf(d *Document) notice {
	s := d.settings()
	return notice{text: s.Message, texts: s.Messages, until: s.MessageUntil}
}

// over reports whether it is said no more.
func (n *notice) over(now int64) bool { return n.until != 0 && now >= n.until }

// show has pages say what is to be said at a time.
func (v *View) show(now int64) {
	if v.notice.over(now) {
		v.Message, v.Messages = "", nil
		return
	}
	v.Message, v.Messages = v.notice.text, v.notice.texts
}

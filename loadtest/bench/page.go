package main

import "fmt"

// pageCPU compares the processor time of a page of the line with that of bare fasthttp sending the same bytes: loaded anew by
// somebody who waits, and with the arrival before it that gives the number. Browsers take gzip, so it is sent as gzip. Another build that
// -beside names sends its own page, which has other bytes.
func (b *bench) pageCPU() error {
	b.cpuHeader()
	in, err := b.install()
	if err != nil {
		return err
	}
	cookies, err := in.fill(peopleInside)
	if err != nil {
		return err
	}
	anew := make([]string, len(cookies))
	for i, c := range cookies {
		anew[i] = rawRequest("/termine?ort=3", navigation, c)
	}
	for _, row := range []struct {
		what     string
		requests []string
	}{{"page, loaded anew", anew}, {"page, with the number of an arrival", []string{rawRequest("/termine?ort=3", navigation, "")}}} {
		script, err := b.script(row.requests...)
		if err != nil {
			return err
		}
		all, err := b.builds(b.both(), in, "127.0.0.1:9", 0, script)
		if err != nil {
			return err
		}
		answer, err := b.capture(all[0].p.addr, closing(row.requests[0]))
		if err != nil {
			return err
		}
		ref, err := b.reference(answer)
		if err != nil {
			return err
		}
		if err := b.cpuTurns(row.what+" ÷ bare fasthttp", append(all, against("bare fasthttp", ref, script))); err != nil {
			return err
		}
		b.stopAll()
	}
	fmt.Println()
	return nil
}

"use strict";
// Draws each morning's charts from its samples, one a minute. A line that a run does not have is not drawn.
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = (n) => n == null ? "–" : Math.abs(n) >= 1e6 ? +(n / 1e6).toFixed(1) + " M" : Math.abs(n) >= 1e4 ? +(n / 1e3).toFixed(1) + " k" : String(+n.toFixed(1));
  const plots = [];

  // Both runs on one time axis; where one has ended there is null.
  const axis = (m) => [...new Set([...m.with, ...m.without].map((s) => s.at))].sort((a, b) => a - b);
  const column = (times, samples, value) => {
    const at = new Map(samples.map((s) => [s.at, value(s)]));
    return times.map((t) => at.has(t) ? at.get(t) : null);
  };

  const chartsOf = (m) => {
    const w = m.with, o = m.without;
    const flat = (n) => () => n;
    return [
      { title: "People waiting", note: "the line keeps those who closed the page until it is their turn", lines: [["in line, with the gate", w, (s) => s.waiting, "--with"], ["trying, without", o, (s) => s.waiting, "--without"]] },
      { title: "Calls a minute against the pace", note: "the pace counts for the part of each minute in which the room was not paused", lines: [["called", w, (s) => s.called, "--with"], ["allowed", w, (s) => s.allowed, "--mark", "dash"]] },
      { title: "Requests in flight at the site", note: "most within each minute; beyond the knee less work is done", lines: [["with the gate", w, (s) => s.in_flight, "--with"], ["without", o, (s) => s.in_flight, "--without"], ["knee", w.length ? w : o, flat(m.knee), "--mark", "dash"]] },
      { title: "Places booked", note: "standing at that moment", lines: [["with the gate", w, (s) => s.booked, "--with"], ["without", o, (s) => s.booked, "--without"], ["all places", w.length ? w : o, flat(m.places), "--mark", "dash"]] },
      { title: "Wait in line, in minutes", note: "median of those let in within each minute", lines: [["wait", w, (s) => s.wait > 0 ? s.wait / 60 : null, "--with", "points"]] },
      { title: "People inside", note: "live stays", lines: [["inside", w, (s) => s.inside, "--with"]] },
      { title: "Hits a minute", note: "what the gate absorbs, and what the site gets", lines: [["at the gate", w, (s) => s.hits, "--mark"], ["at the site behind it", w, (s) => s.requests, "--with"], ["at the site, without", o, (s) => s.requests, "--without"]] },
      { title: "Errors at the site a minute", note: "refused, lost in a crash, given up", lines: [["with the gate", w, (s) => s.errors, "--with"], ["without", o, (s) => s.errors, "--without"]] },
    ];
  };

  const draw = (box, m) => {
    const times = axis(m);
    if (!times.length) return;
    const xs = times.map((t) => t + m.zone);
    for (const c of chartsOf(m)) {
      const lines = c.lines.filter(([, samples]) => samples.length);
      if (!lines.length) continue;
      const figure = document.createElement("figure"), caption = document.createElement("figcaption"), note = document.createElement("span");
      caption.textContent = c.title;
      note.textContent = c.note;
      caption.append(note);
      figure.append(caption);
      box.append(figure);
      const ticks = { stroke: () => css("--soft"), grid: { stroke: () => css("--grid"), width: 1 }, ticks: { stroke: () => css("--grid"), width: 1 } };
      const plot = new uPlot({
        width: figure.clientWidth - 26, height: 220,
        tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"),
        cursor: { sync: { key: "m" + box.dataset.morning }, y: false },
        scales: { y: { range: (_, lo, hi) => [0, Math.max(1, (hi || 0) * 1.05)] } },
        axes: [
          { ...ticks, space: 60, values: (_, v) => v.map((t) => new Date(t * 1e3).toISOString().slice(11, 16)) },
          { ...ticks, size: 56, values: (_, v) => v.map(short) },
        ],
        series: [
          { label: "time", value: (_, t) => t == null ? "–" : new Date(t * 1e3).toISOString().slice(11, 16) },
          ...lines.map(([label, , , colour, style]) => ({
            label, stroke: () => css(colour), width: style === "dash" ? 1.5 : 2, dash: style === "dash" ? [6, 4] : undefined,
            points: { show: false }, spanGaps: style === "points", value: (_, v) => short(v),
          })),
        ],
      }, [xs, ...lines.map(([, samples, value]) => column(times, samples, value))], figure);
      plots.push([plot, figure]);
    }
  };

  for (const box of document.querySelectorAll(".charts")) draw(box, mornings[box.dataset.morning]);
  addEventListener("resize", () => plots.forEach(([p, f]) => p.setSize({ width: f.clientWidth - 26, height: 220 })));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plots.forEach(([p]) => p.redraw()));
})();

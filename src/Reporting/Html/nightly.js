"use strict";
(() => {
  const { $, data, colour, axis, plot } = common;
  const nights = Math.max(0, ...data.entries.map(e => e.points.length));
  const hasTrend = nights >= data.fewestNights;
  // An entry's place on the axis is its night's number among those of this machine: several nights of one day would meet on an axis of time.
  const dates = [...new Set(data.entries.flatMap(e => e.points.map(p => p.date)))].sort();
  let shown = data.entries.find(e => e.points.length >= data.fewestNights) ?? data.entries[0];

  const format = (value, e) => common.format(value, e.decimals);
  const percent = share => share === null ? "" : `${(100 * share).toFixed(share < .1 ? 1 : 0)} %`;
  const isOpen = e => e.outcome !== "unchanged" || e.changes.length > 0;

  function chosen() {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean), kind = $("kind").value, changed = $("changed").checked;
    return data.entries.filter(e => words.every(w => e.name.toLowerCase().includes(w)) && (kind === "" || e.kind === kind) && (!changed || isOpen(e)));
  }

  function rows() {
    const entries = chosen();
    $("table").tBodies[0].replaceChildren(...entries.map(e => {
      const row = document.createElement("tr");
      if (e === shown && hasTrend) row.className = "evidence";
      const head = Object.assign(document.createElement("th"), { scope: "row" });
      if (hasTrend) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: e.name });
        button.addEventListener("click", () => { shown = e; rows(); draw(); $("chart-section").scrollIntoView({ block: "nearest" }); });
        head.append(button);
      } else head.textContent = e.name;
      row.append(head);
      const spread = e.spread === null ? "" : e.kind === "speed" ? percent(e.spread) : format(e.spread, e);
      const cells = [[e.verdict, e.regression ? "regression" : ""], [format(e.value, e)], [format(e.baseline, e)], [e.used === null ? "" : percent(Math.max(0, e.used))], [spread], [String(e.points.length)]];
      cells.forEach(([text, mark], i) => {
        const cell = Object.assign(document.createElement("td"), { textContent: text, className: i > 0 ? "number" : mark });
        row.append(cell);
      });
      return row;
    }));
    const worse = data.entries.filter(e => e.regression).length;
    $("note").textContent = `${entries.length} of ${data.entries.length} entries; ${worse} ${worse === 1 ? "regression" : "regressions"}. Lower is better everywhere.`
      + (hasTrend ? " An entry's name leads to its trend." : "");
  }

  function draw() {
    if (!hasTrend || !shown) return;
    const e = shown;
    const x = e.points.map(p => dates.indexOf(p.date) + 1), y = e.points.map(p => p.value);
    const half = e.points.map(p => 2 * (e.kind === "speed" && e.spread !== null ? e.spread * p.value : p.error));
    const label = p => `${p.date} UTC<br>commit ${p.commit}<br>${e.metric}: ${format(p.value, e)} ± ${format(p.error, e)}<br>${p.outcome}`;
    const band = [...y.map((v, i) => v + half[i]), ...y.map((v, i) => v - half[i]).reverse()];
    const traces = [
      { type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()], y: band, fill: "toself", line: { width: 0 }, fillcolor: "rgba(120,140,170,.25)", hoverinfo: "skip", name: e.kind === "speed" ? "± 2 spreads" : "± 2 standard errors" },
      { type: "scatter", mode: "lines+markers", x, y, text: e.points.map(label), hovertemplate: "%{text}<extra></extra>", line: { color: colour("link") }, name: e.metric,
        marker: { color: e.points.map(p => p.outcome === "worse" || p.outcome === "missing" ? colour("bad") : colour("link")), size: e.points.map(p => p.outcome === "worse" ? 11 : 7) } },
    ];
    const ends = [0, ...e.changes.map(c => c.index), e.points.length];
    const levels = e.changes.length === 0 ? [] : [e.changes[0].before, ...e.changes.map(c => c.after)];
    levels.forEach((level, i) => traces.push({ type: "scatter", mode: "lines", x: [x[ends[i]], x[ends[i + 1] - 1]], y: [level, level], line: { color: colour("ink"), dash: "dash", width: 1.5 }, hoverinfo: "skip", name: "level", showlegend: i === 0 }));
    const line = (at, hue, dash) => ({ type: "line", ...at, line: { color: hue, width: 1.5, dash } });
    const shapes = e.changes.map(c => line({ x0: x[c.index], x1: x[c.index], yref: "paper", y0: 0, y1: 1 }, colour(c.worse ? "bad" : "good"), "solid"));
    if (e.limit !== null) shapes.push(line({ xref: "paper", x0: 0, x1: 1, y0: e.limit, y1: e.limit }, colour("open"), "dot"));
    plot("chart", traces, { xaxis: { ...axis(`night; 1: ${dates[0].slice(0, 10)}`), tickformat: "d", dtick: dates.length > 12 ? undefined : 1, range: [.8, dates.length + .2] }, yaxis: axis(e.metric), shapes, legend: { orientation: "h", y: -.25 } });
    $("chart-heading").textContent = `Trend: ${e.name}`;
    $("chart-text").textContent = (e.limit === null ? "" : "Dotted line: the largest value that is not worse than the baseline. ")
      + (e.changes.length === 0 ? (e.points.length < data.searched ? `Changes are looked for from ${data.searched} nights on.` : "No change in these nights.") : "Vertical lines: changes. ")
      + e.changes.map(c => c.text).join(". ");
  }

  $("controls").addEventListener("input", rows);
  $("controls").addEventListener("submit", e => e.preventDefault());
  rows();
  if (!hasTrend) {
    $("chart").remove();
    $("chart-text").textContent = `There is one night of this machine so far; the figure begins with the second.`;
    return;
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  common.start(draw);
})();

"use strict";
(() => {
  const { $, data, colour, axis, plot } = common;
  const contenders = new Map(data.contenders.map(c => [c.name, c]));
  const metrics = new Map(data.metrics.map(m => [m.name, m]));
  const symbols = { Circle: "circle", Square: "square", Diamond: "diamond", TriangleUp: "triangle-up", TriangleDown: "triangle-down", Cross: "x" };
  const unique = values => [...new Set(values)];
  const key = s => `${s.contender},${s.budget},${s.steps}`;
  const valueOf = (s, metric) => s.values[metric];
  let evidence = new Set();
  let order = { column: null, down: false };
  let shown = null;

  const format = (value, metric) => common.format(value, metrics.get(metric)?.decimals);
  const heading = m => m.unit ? `${m.label} (${m.unit})` : m.label;
  const stepText = s => {
    const word = contenders.get(s.contender).step;
    return word ? `, ${s.steps} ${word}${s.steps === 1 ? "" : word.endsWith("s") ? "es" : "s"}` : "";
  };
  const name = s => `${contenders.get(s.contender).label}${stepText(s)}`;

  function fill(select, options) {
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  }

  const budgets = unique(data.settings.map(s => s.budget)).sort((a, b) => a - b);
  const allSteps = unique(data.settings.filter(s => contenders.get(s.contender).step).map(s => s.steps)).sort((a, b) => a - b);
  fill($("metric"), data.metrics.map(m => [m.name, heading(m)]));
  fill($("budget"), budgets.map(b => [b, b]));
  fill($("steps"), [["", "all"], ...allSteps.map(s => [s, s])]);
  for (const c of data.contenders) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: c.name, checked: true });
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = c.colour;
    label.append(box, swatch, ` ${c.label}`);
    $("contenders").append(label);
  }

  // The budget with most settings says most; of one budget nothing can be drawn against budgets.
  const count = b => data.settings.filter(s => s.budget === b).length;
  $("budget").value = budgets.reduce((a, b) => count(b) > count(a) ? b : a, budgets[0]);
  if (budgets.length < 2) $("axis").querySelector("[value=budget]").remove();
  $("paper").closest("label").hidden = data.published.length === 0;
  const hasTimes = data.settings.some(s => valueOf(s, data.time));
  if (!hasTimes) $("axis").querySelector("[value=time]").remove();
  // A contender without times would be missing from the first picture.
  const timed = new Set(data.settings.filter(s => valueOf(s, data.time)).map(s => s.contender));
  if (data.contenders.some(c => !timed.has(c.name))) $("axis").value = "steps";

  const checked = () => new Set([...$("contenders").querySelectorAll("input:checked")].map(b => b.value));

  function chosen() {
    const axis = $("axis").value, metric = $("metric").value, budget = Number($("budget").value), steps = $("steps").value, some = checked();
    return data.settings.filter(s => some.has(s.contender) && valueOf(s, metric)
      && (axis === "budget" || s.budget === budget)
      && (steps === "" || !contenders.get(s.contender).step || s.steps === Number(steps)));
  }

  function place(s) {
    switch ($("axis").value) {
      case "time": return valueOf(s, data.time)?.[0];
      // With a tolerance a draw takes fewer passes than the steps, which are the most.
      case "steps": return valueOf(s, "passes_per_draw")?.[0] ?? s.steps;
      default: return s.budget;
    }
  }

  function layout(x, y, logarithmic) {
    return {
      xaxis: { ...axis(x), type: logarithmic ? "log" : "linear", ...(logarithmic ? { dtick: $("axis").value === "time" ? 1 : "D2" } : {}) },
      yaxis: axis(y), legend: { orientation: "h", y: -0.2 },
      // On a phone it would cover the axis; the swatches beside the check boxes say the same.
      showlegend: matchMedia("(min-width: 40rem)").matches,
    };
  }

  function curve(c, settings, metric, steps) {
    const line = settings.filter(s => place(s) !== undefined).sort((a, b) => place(a) - place(b));
    const half = line.map(s => valueOf(s, metric)[1]);
    return {
      type: "scatter", mode: line.length > 1 ? "lines+markers" : "markers", name: steps === null ? c.label : name(line[0]),
      x: line.map(place), y: line.map(s => valueOf(s, metric)[0]), customdata: line.map(key),
      text: line.map(s => `${name(s)}<br>budget ${s.budget}, ${s.trainings} ${s.trainings === 1 ? "training" : "trainings"}<br>${heading(metrics.get(metric))}: `
        + format(valueOf(s, metric)[0], metric) + (valueOf(s, metric)[1] === null ? "" : ` ± ${format(valueOf(s, metric)[1], metric)}`)),
      hovertemplate: "%{text}<extra></extra>",
      marker: {
        color: c.colour, symbol: symbols[c.marker] + (c.open && c.marker !== "Cross" ? "-open" : ""),
        size: line.map(s => evidence.has(key(s)) ? 16 : 9), line: { width: 1.5, color: c.colour },
      },
      line: { color: c.colour, dash: c.open ? "dash" : "solid" },
      error_y: { type: "data", array: half.map(h => h ?? 0), visible: $("intervals").checked, thickness: 1, width: 3 },
    };
  }

  function overlay(c, settings, metric) {
    const known = settings.flatMap(s => data.published.filter(p => p.metric === metric && key(p) === key(s)).map(p => ({ p, x: place(s) }))).filter(q => q.x !== undefined);
    return unique(known.map(q => q.p.source)).map(source => {
      const line = known.filter(q => q.p.source === source).sort((a, b) => a.x - b.x);
      return {
        type: "scatter", mode: line.length > 1 ? "lines+markers" : "markers", name: `${c.label}, paper (${source})`, showlegend: false, opacity: .6,
        x: line.map(q => q.x), y: line.map(q => q.p.value), customdata: line.map(() => null),
        text: line.map(q => `${name(q.p)}<br>budget ${q.p.budget}<br>paper, ${q.p.source}: ${format(q.p.value, metric)}`), hovertemplate: "%{text}<extra></extra>",
        marker: { color: c.colour, symbol: "circle-open", size: 7 }, line: { color: c.colour, dash: "dot", width: 1 },
      };
    });
  }

  function redraw() {
    draw();
    if (shown) detail(shown);
  }

  function draw() {
    const axis = $("axis").value, metric = $("metric").value, m = metrics.get(metric);
    $("budget-label").hidden = axis === "budget";
    const settings = chosen();
    const traces = [], published = new Set();
    for (const c of data.contenders) {
      const own = settings.filter(s => s.contender === c.name);
      // Against the budget, a curve has one number of steps.
      const groups = axis === "budget" ? unique(own.map(s => s.steps)).map(n => own.filter(s => s.steps === n)).filter(g => g.length > 1) : own.length > 0 ? [own] : [];
      for (const group of groups) {
        traces.push(curve(c, group, metric, axis === "budget" ? group[0].steps : null));
        // Of several contenders of one kind and network the paper has one curve, in the first one's colour.
        const kind = [c.method, c.network, ...(axis === "budget" ? [group[0].steps] : [])].join();
        if ($("paper").checked && !published.has(kind)) traces.push(...overlay(c, group, metric));
        published.add(kind);
      }
    }

    const titles = { time: heading(metrics.get(data.time) ?? { label: "time" }), steps: "sampling steps", budget: "simulations" };
    const plan = layout(titles[axis], heading(m), true);
    if (m.floor !== null) plan.shapes = [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: m.floor, y1: m.floor, line: { color: colour("ink"), width: 1, dash: "dot" } }];
    plot("chart", traces, plan);
    const better = { Lower: "Lower is better.", Higher: "Higher is better.", None: "" }[m.better];
    const nowhere = settings.filter(s => place(s) === undefined).length;
    $("note").textContent = `${settings.length} settings${nowhere === 0 ? "" : `, ${nowhere} of them without a time, in the table only`}. ${better}${m.floor === null ? "" : " Dotted line: exact draws against exact draws."} Click a point, or a row's button, for its test sets.`;
    rows(settings);
  }

  function rows(settings) {
    const columns = [
      ["Contender", s => contenders.get(s.contender).label, false], ["Budget", s => s.budget, true], ["Steps", s => s.steps, true], ["Trainings", s => s.trainings, true],
      ...data.metrics.flatMap(m => [[heading(m), s => valueOf(s, m.name)?.[0] ?? null, true, m.name]]),
    ];
    const head = document.createElement("tr");
    columns.forEach(([title, , number], i) => {
      const cell = Object.assign(document.createElement("th"), { scope: "col", className: number ? "number" : "" });
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
      button.addEventListener("click", () => { order = { column: i, down: order.column === i && !order.down }; rows(chosen()); $("table").querySelectorAll("thead button")[i].focus(); });
      if (order.column === i) cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      cell.append(button);
      head.append(cell);
    });
    head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: "Test sets" }));
    const sorted = [...settings];
    if (order.column !== null) {
      const value = columns[order.column][1];
      const compare = (a, b) => (order.down ? -1 : 1) * (typeof a === "string" ? a.localeCompare(b) : a - b);
      // What was not measured comes last, whichever way the numbers go.
      sorted.sort((a, b) => (value(a) === null) - (value(b) === null) || (value(a) === null ? 0 : compare(value(a), value(b))));
    }

    $("table").tHead.replaceChildren(head);
    $("table").tBodies[0].replaceChildren(...sorted.map(s => {
      const row = document.createElement("tr");
      if (evidence.has(key(s))) row.className = "evidence";
      for (const [, value, number, metric] of columns) {
        const half = metric ? valueOf(s, metric)?.[1] : null;
        const text = metric ? format(value(s), metric) + (half === null || half === undefined ? "" : ` ± ${format(half, metric)}`) : String(value(s));
        row.append(Object.assign(document.createElement("td"), { textContent: text, className: number ? "number" : "" }));
      }

      const cell = document.createElement("td");
      if (s.sets[$("metric").value]) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: "show" });
        button.setAttribute("aria-label", `show the test sets of ${name(s)}, budget ${s.budget}`);
        button.addEventListener("click", () => detail(s));
        cell.append(button);
      }

      row.append(cell);
      return row;
    }));
  }

  function detail(s) {
    const metric = $("metric").value, m = metrics.get(metric), values = s?.sets[metric];
    shown = values ? s : null;
    $("detail").hidden = !values;
    if (!values) return;
    $("detail-heading").textContent = `${name(s)}, budget ${s.budget}: ${m.label} of each test set`;
    const ranked = values.map((v, j) => [v, j + 1]).sort((a, b) => a[0] - b[0]);
    const plan = layout("test set, in order of its score", heading(m), false);
    plot("detail-chart", [{
      type: "bar", x: ranked.map((_, i) => i + 1), y: ranked.map(r => r[0]), marker: { color: contenders.get(s.contender).colour },
      text: ranked.map(r => `test set ${r[1]}: ${format(r[0], metric)}`), textposition: "none", hovertemplate: "%{text}<extra></extra>",
    }], plan);
    const worst = ranked.slice(-3).reverse().map(r => `${r[1]} (${format(r[0], metric)})`).join(", ");
    $("detail-text").textContent = `${values.length} test sets, mean ${format(valueOf(s, metric)[0], metric)}; from ${format(ranked[0][0], metric)} to ${format(ranked.at(-1)[0], metric)}; highest: test sets ${worst}.`;
  }

  function show(button) {
    const settings = button.dataset.settings.split(";").filter(Boolean).map(t => { const [c, b, n] = t.split(","); return { contender: c, budget: Number(b), steps: Number(n) }; });
    evidence = new Set(settings.map(key));
    if (metrics.has(button.dataset.metric)) $("metric").value = button.dataset.metric;
    const several = unique(settings.map(s => s.budget));
    const wanted = several.length > 1 ? "budget" : unique(settings.map(s => s.steps)).length > 1 && unique(settings.map(s => s.contender)).length === 1 ? "steps" : hasTimes ? "time" : "steps";
    if ($("axis").querySelector(`[value=${wanted}]`)) $("axis").value = wanted;
    if (several.length === 1 && budgets.includes(several[0])) $("budget").value = several[0];
    $("steps").value = "";
    const named = new Set(settings.map(s => s.contender));
    for (const box of $("contenders").querySelectorAll("input")) box.checked = named.has(box.value);
    draw();
    $("chart-heading").tabIndex = -1;
    $("chart-heading").focus();
    $("chart-section").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  $("controls").addEventListener("input", redraw);
  $("controls").addEventListener("submit", e => e.preventDefault());
  $("detail-close").addEventListener("click", () => { shown = null; $("detail").hidden = true; });
  document.querySelectorAll("button.verdict").forEach(b => b.addEventListener("click", () => show(b)));
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  common.start(() => {
    redraw();
    $("chart").on("plotly_click", e => {
      const k = e.points[0].customdata;
      if (k) detail(data.settings.find(s => key(s) === k));
    });
  });
})();

"use strict";
// What the pages with a chart share: their data, numbers as text, colours, and a chart library that starts behind everything else.
const common = (() => {
  const $ = id => document.getElementById(id);
  const colour = name => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();

  // Places behind the point, or below 0 digits in all.
  const format = (value, decimals) => value === null || value === undefined ? ""
    : decimals >= 0 ? value.toFixed(decimals) : Number(value.toPrecision(-decimals + 1)).toString();

  const axis = title => ({ title: { text: title }, gridcolor: colour("line"), linecolor: colour("ink"), zerolinecolor: colour("line"), automargin: true });
  const frame = () => ({
    paper_bgcolor: colour("paper"), plot_bgcolor: colour("paper"), font: { color: colour("ink"), family: "system-ui, sans-serif" },
    margin: { l: 60, r: 20, t: 20, b: 50 }, hovermode: "closest",
  });

  // Before the library is there, everything but the charts is.
  function plot(id, traces, plan) {
    if (window.Plotly) Plotly.react(id, traces, { ...frame(), ...plan }, { responsive: true, displaylogo: false });
  }

  // The library takes a second or two to start. As text it costs nothing until the page has been shown: the first callback runs before the
  // picture of the page is made, the second after it.
  function start(then) {
    requestAnimationFrame(() => setTimeout(() => {
      document.head.append(Object.assign(document.createElement("script"), { textContent: $("library").textContent }));
      then();
      $("chart").removeAttribute("aria-busy");
    }));
  }

  return { $, data: JSON.parse($("data").textContent), colour, format, axis, plot, start };
})();

// Charts of what is in the page: [data-chart] holds the times (s) and one list of values a line, as JSON.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const LINES = ["--blue", "--green", "--red"];
// Solid, dashed and dotted, in px: colours alone tell nothing to many people.
const DASHES = [[], [8, 4], [2, 3]];
// Verifications are counted, so a scale has no halves.
const WHOLE = [1, 2, 5].flatMap((first) => [...Array(7).keys()].map((zeros) => first * 10 ** zeros)).sort((a, b) => a - b);
const drawn = new Map();

function options(width, lines) {
  const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: 200,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, least, most) => [Math.min(0, least), Math.max(most * 1.1, 1)] } },
    axes: [{ ...axis, values: "{HH}:{mm}" }, { ...axis, size: 46, incrs: WHOLE }],
    series: [{}, ...lines.map((_, number) => ({
      stroke: colour(LINES[number]),
      dash: DASHES[number],
      width: 2,
      points: { show: false },
    }))],
    tzDate: (seconds) => globalThis.uPlot.tzDate(new Date(seconds * 1000), "Asia/Seoul"),
  };
}

export function draw(root) {
  for (const [place, chart] of drawn) {
    if (!place.isConnected) {
      chart.destroy();
      drawn.delete(place);
    }
  }
  for (const place of root.querySelectorAll("[data-chart]")) {
    drawn.get(place)?.destroy();
    const [times, ...lines] = JSON.parse(place.dataset.chart);
    drawn.set(place, new globalThis.uPlot(options(place.clientWidth, lines), [times, ...lines], place));
  }
}

addEventListener("resize", () => draw(document));

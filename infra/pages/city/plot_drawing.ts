// Draws a plot on a canvas, by uPlot: loaded when a plot is first shown, because no other screen needs it.

import uPlot from "uplot";
import { clockOf } from "../shared/figures";
import { language } from "../shared/words";
import type { PlotData } from "./plot";
import { count, second } from "./words";

/** Pixels of the page's own text: a wall's letters are larger. */
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

export class Drawing {
  private readonly chart: uPlot;
  private readonly watcher: ResizeObserver;

  constructor(private readonly place: HTMLElement, private data: PlotData, dashes: number[][]) {
    const tone = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
    const { timezone } = data.local;
    const letters = `${Math.round(rem() * 0.8125)}px ${tone("--font")}`;
    const axis = { stroke: tone("--ink-2"), font: letters, ticks: { show: false }, grid: { stroke: tone("--line"), width: 1 } };
    const isShort = (data.at[data.at.length - 1] ?? 0) - (data.at[0] ?? 0) < 3_600;
    this.chart = new uPlot(
      {
        ...this.size(),
        padding: [rem() * 1.5, rem() * 1.5, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false }, sync: { key: "season" }, drag: { setScale: false } },
        tzDate: (atS) => uPlot.tzDate(new Date(atS * 1000), timezone),
        scales: { y: { range: (_, __, most) => [0, Math.max(1, this.data.most ?? most ?? 1)] } },
        axes: [
          { ...axis, space: rem() * 6, size: rem() * 2.5, values: (_, ticks) => ticks.map((atS) => (isShort ? second(atS, data.local) : clockOf(atS, timezone, language.value))) },
          { ...axis, size: rem() * 4, space: data.height < 200 ? 24 : 40, values: (_, ticks) => ticks.map((value) => (Number.isInteger(value) ? count(value) : "")) },
        ],
        series: [{}, ...data.series.map((_, at) => ({ stroke: tone(`--chart-${(at % 4) + 1}`), width: 2, dash: dashes[at % 4] ?? [], points: { show: false } }))],
        hooks: { draw: [(chart) => this.marked(chart, tone("--ink"), tone("--font"))] },
      },
      this.columns(),
      place,
    );
    this.watcher = new ResizeObserver(() => this.chart.setSize(this.size()));
    this.watcher.observe(place);
  }

  show(data: PlotData): void {
    this.data = data;
    this.chart.setData(this.columns());
  }

  end(): void {
    this.watcher.disconnect();
    this.chart.destroy();
  }

  private size() {
    return { width: Math.max(200, this.place.clientWidth), height: Math.round(this.data.height * Math.min(1.6, rem() / 16)) };
  }

  private columns(): uPlot.AlignedData {
    return [this.data.at, ...this.data.series.map(({ values }) => values)];
  }

  /** A line at each mark with its name above it. */
  private marked(chart: uPlot, ink: string, font: string): void {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = ink;
    ctx.font = `${Math.round(rem() * 0.8125 * devicePixelRatio)}px ${font}`;
    for (const { atS, name } of this.data.marks) {
      const x = Math.round(chart.valToPos(atS, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.textAlign = x > bbox.left + bbox.width / 2 ? "right" : "left";
      ctx.fillText(name, x, bbox.top - 6 * devicePixelRatio);
    }
    ctx.restore();
  }
}

// A plot with its key, and the numbers of it as a table and a file: whoever cannot see the one reads the other.

import { useEffect, useRef } from "preact/hooks";
import { theme } from "../shared/preferences";
import { language } from "../shared/words";
import { Table } from "./parts";
import type { Drawing } from "./plot_drawing";
import { stated } from "./stats";
import { count, say, second, type Local } from "./words";

export interface PlotData {
  /** Epoch seconds of the values. */
  at: number[];
  series: { name: string; values: number[] }[];
  /** Named moments. */
  marks: { atS: number; name: string }[];
  local: Local;
  height: number;
  /** The top of the scale; without it the largest value. */
  most?: number;
}

const ROWS_MAX = 60;
/** Of the lines, in the plot and in its key: a colour alone is not enough. */
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];

export function Plot({ title, file, data }: { title: string; file: string; data: PlotData }) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const names = data.series.map(({ name }) => name);
  const look = JSON.stringify([theme.value, language.value, names]);
  useEffect(() => {
    let gone = false;
    void import("./plot_drawing").then((drawings) => {
      if (!gone && place.current) drawing.current = new drawings.Drawing(place.current, latest.current, DASHES);
    });
    return () => {
      gone = true;
      drawing.current?.end();
      drawing.current = null;
    };
  }, [look]);
  useEffect(() => drawing.current?.show(data), [data]);
  return (
    <figure class="plot">
      <figcaption>
        <b>{title}</b>
        {names.length > 1 && <Key names={names} />}
      </figcaption>
      <div class="canvas" ref={place} aria-hidden="true" data-height={data.height} />
      <Numbers title={title} file={file} data={data} />
    </figure>
  );
}

/** A colour and a dash for each name. */
function Key({ names }: { names: string[] }) {
  return (
    <ul class="key">
      {names.map((name, at) => (
        <li key={name}>
          <svg class={`dash chart-${(at % 4) + 1}`} viewBox="0 0 32 4" aria-hidden="true" focusable="false"><path d="M0 2h32" stroke-dasharray={DASHES[at % 4]!.join(" ")} /></svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** The last values, newest first. */
function Numbers({ title, file, data: { at, series, local } }: { title: string; file: string; data: PlotData }) {
  const newest = at.map((atS, index) => ({ atS, values: series.map(({ values }) => values[index] ?? 0) })).reverse();
  const rows = newest.slice(0, ROWS_MAX).map(({ atS, values }) => [second(atS, local), ...values.map(count)]);
  const lines = () => [...newest].reverse().map(({ atS, values }) => [stated(atS), ...values]);
  return (
    <details class="behind">
      <summary>{say("plot.numbers", { title })}</summary>
      <Table caption={title} head={[say("plot.time"), ...series.map(({ name }) => name)]} rows={rows} file={{ name: file, lines }} />
    </details>
  );
}

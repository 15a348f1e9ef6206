// A code for the camera of a shop: black on white in both themes, four modules of white around, and what is left of it.

import { encode } from "uqr";
import { say } from "../words";

const QUIET = 4;

/** `label` says what the code is of: a reader cannot see it. */
export function Qr({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "Q", border: 0 });
  const side = size + 2 * QUIET;
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} shape-rendering="crispEdges" role="img" aria-label={label}>
      <path d={data.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x + QUIET} ${y + QUIET}h${width}v1h-${width}z`)).join("")} />
    </svg>
  );
}

/** Where dark modules begin in a row, and how many follow. */
function runsOf(row: boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = runs[runs.length - 1];
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}

const ROUND = 2 * Math.PI * 9;

/** How much of the code's life is left; it moves by the second, and no reader is told. */
export function Renewal({ leftS, wholeS }: { leftS: number; wholeS: number }) {
  const part = Math.max(0, Math.min(1, leftS / wholeS));
  return (
    <p class="renewal note">
      <svg class="ring" viewBox="0 0 24 24" aria-hidden="true">
        <circle class="whole" cx="12" cy="12" r="9" />
        <circle class="left" cx="12" cy="12" r="9" stroke-dasharray={`${part * ROUND} ${ROUND}`} />
      </svg>
      <span class="numbers">{leftS > 0 ? say("code.renews", { seconds: Math.ceil(leftS) }) : say("code.expired")}</span>
    </p>
  );
}

/** 「AbCd EfGh …」: for a keyboard scanner and for eyes that compare. */
export function grouped(code: string): string {
  return code.replace(/(.{4})(?=.)/g, "$1 ");
}

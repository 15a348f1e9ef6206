// Two texts compared by lines: a sign and a word beside the colour, and what is far from a change left out.

import type { Run } from "./document_tools";
import { count, say } from "./words";

const NEAR = 3;
const LINES_MAX = 400;

interface Line {
  kind: Run["kind"] | "cut";
  text: string;
}

export function Changes({ runs, label }: { runs: Run[]; label: string }) {
  const lines = shownOf(runs);
  const added = sizeOf(runs, "added");
  const removed = sizeOf(runs, "removed");
  if (added + removed === 0) return <p>{say("changes.none")}</p>;
  return (
    <>
      <p class="note">{say("changes.sum", { added: count(added), removed: count(removed) })}</p>
      <div class="changes" tabIndex={0} role="region" aria-label={label}>
        <ol>
          {lines.slice(0, LINES_MAX).map(({ kind, text }, at) => (
            <li key={at} class={kind}>
              <span class="sign" aria-hidden="true">{kind === "added" ? "+" : kind === "removed" ? "−" : ""}</span>
              {kind === "added" && <span class="unseen">{say("changes.added")} </span>}
              {kind === "removed" && <span class="unseen">{say("changes.removed")} </span>}
              <code>{text}</code>
            </li>
          ))}
        </ol>
      </div>
      {lines.length > LINES_MAX && <p class="note">{say("changes.more", { count: count(lines.length - LINES_MAX) })}</p>}
    </>
  );
}

function sizeOf(runs: Run[], kind: Run["kind"]): number {
  return runs.filter((run) => run.kind === kind).reduce((sum, run) => sum + run.lines.length, 0);
}

/** Equal lines further than NEAR from a change become one line that says how many there are. */
function shownOf(runs: Run[]): Line[] {
  return runs.flatMap(({ kind, lines }, at): Line[] => {
    const head = at === 0 ? 0 : NEAR;
    const tail = at === runs.length - 1 ? 0 : NEAR;
    const told = lines.map((text): Line => ({ kind, text }));
    if (kind !== "same" || lines.length <= head + tail + 1) return told;
    const cut: Line = { kind: "cut", text: say("changes.same", { count: count(lines.length - head - tail) }) };
    return [...told.slice(0, head), cut, ...told.slice(lines.length - tail)];
  });
}

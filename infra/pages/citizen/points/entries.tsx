// Entries of a person's points: what it was, how many, and why where it was not as expected.

import { useLoaded } from "../loaded";
import { numberOf, subjectOf, whenOf, type Entry } from "./catalogue";
import { say, type Word } from "./words";

const KINDS = {
  earn: "kind.earn",
  correct: "kind.correct",
  exchange: "kind.exchange",
  "give-back": "kind.give-back",
  expire: "kind.expire",
} as const satisfies Record<Entry["kind"], Word>;
const REASONS = {
  late: "zero.late",
  allotment: "zero.allotment",
  voided: "zero.voided",
  repeat: "zero.repeat",
  cap: "zero.cap",
} as const satisfies Record<NonNullable<Entry["reason"]>, Word>;

export function Entries({ of: all, zone, nowS }: { of: Entry[]; zone: string; nowS: number }) {
  return <ul class="rows card">{all.map((one) => <Row key={one.entry_id} entry={one} zone={zone} nowS={nowS} />)}</ul>;
}

function Row({ entry, zone, nowS }: { entry: Entry; zone: string; nowS: number }) {
  const [subject] = useLoaded(() => subjectOf(entry).catch(() => null), [entry.entry_id]);
  const name = subject.state === "read" ? subject.value : null;
  const why = whyOf(entry);
  return (
    <li class="entry">
      <div>
        <p>
          {say(KINDS[entry.kind])}
          {name && <span {...(name.lang && { lang: name.lang })}> · {name.text}</span>}
        </p>
        <p class="note">{whenOf(entry.at, zone, nowS)}</p>
        {why && <p class="note">{why}</p>}
      </div>
      <span class="numbers">{numberOf(entry.points, true)}</span>
    </li>
  );
}

/** Why an entry is not what was reported: nothing, less by a cap, or more by a first time. */
export function whyOf({ kind, points, raw, reason }: Pick<Entry, "kind" | "points" | "raw" | "reason">): string | null {
  if (kind === "correct") return say("why.correct");
  if (kind === "give-back") return say("why.give-back");
  if (kind !== "earn") return null;
  if (points === 0) return say(reason === null ? "zero.other" : REASONS[reason]);
  if (points < raw) return say("why.capped", { raw: numberOf(raw), points: numberOf(points) });
  return points > raw ? say("why.first", { more: numberOf(points - raw) }) : null;
}

// A person's points: how many, what ends when, what they can be exchanged for, and each entry.

import { useState } from "preact/hooks";
import { ProblemError, type Asking } from "../../shared/api";
import { nowS } from "../../shared/clock";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { heard } from "../app";
import { timezoneOf } from "../catalogue";
import { Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { Empty, OwnScreen } from "../own";
import { Court } from "../slots/court";
import { Awards } from "./awards";
import { awardsRead, lastDayOf, numberOf, pointsRead, type Points } from "./catalogue";
import { Entries } from "./entries";
import { say } from "./words";

const LOOK_S = 30;

/** Null: no season that runs gives points. */
function read(call: Asking): Promise<Points | null> {
  return pointsRead(null, call).catch((error: unknown) => {
    if (error instanceof ProblemError && error.slug === "not-found") return null;
    throw error;
  });
}

export function PointsScreen() {
  return (
    <OwnScreen title={say("points.title")} home={say("points.home")} asks={say("points.sign-in")} button={say("points.in")}>
      <Shown />
    </OwnScreen>
  );
}

function Shown() {
  const [loaded, again] = useLoaded(read, []);
  useLooking(LOOK_S, again);
  return (
    <>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {loaded.state === "read" &&
        (loaded.value ? (
          <Account key={loaded.value.program_id} points={loaded.value} />
        ) : (
          <Empty title={say("points.title")} line={say("points.none")}><Button href="#/">{say("points.seasons")}</Button></Empty>
        ))}
    </>
  );
}

/** What a catalogue tells comes later, and hides no points. */
function Account({ points }: { points: Points }) {
  const [loaded] = useLoaded((call) => awardsRead(call).catch(() => []), []);
  const awards = loaded.state === "read" ? loaded.value : null;
  const zone = timezoneOf(awards?.[0]?.campaign ?? null);
  const { balance, debt, by_expiry } = points;
  return (
    <div class="groups">
      <div class="masthead">
        <Court />
        <div class="stack">
          <Title>{say("points.title")}</Title>
          <Balance points={balance} />
        </div>
      </div>
      {debt > 0 && (
        <Notice mood="wait" title={say("debt.title", { points: numberOf(debt) })}>{say("debt.why")}</Notice>
      )}
      {awards ? <Awards awards={awards} points={points} /> : <div class="skeleton ticket" />}
      {balance > 0 && (
        <section>
          <h2>{say("lots.title")}</h2>
          <ul class="rows">
            {by_expiry.map(({ expires_at, points: some }) => (
              <li class="entry" key={expires_at}>
                <span>{say("lots.until", { day: lastDayOf(expires_at, zone) })}</span>
                <span class="numbers">{numberOf(some)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <History points={points} zone={zone} />
    </div>
  );
}

/** 「720 分」, its unit smaller, as an amount has it. */
function Balance({ points }: { points: number }) {
  const number = numberOf(points);
  return (
    <p class={`amount ${number.length > 5 ? "long" : ""}`}>
      {number}{"\u00a0"}<span class="sign">{say("points.unit")}</span>
    </p>
  );
}

/** The newest first; older ones after a press. */
function History({ points, zone }: { points: Points; zone: string }) {
  const [older, setOlder] = useState<Pick<Points, "entries" | "cursor" | "damaged"> | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const cursor = older ? older.cursor : points.cursor;
  const more = async () => {
    setBusy(true);
    setFailed(false);
    try {
      const { entries, damaged, cursor: next } = await pointsRead(cursor);
      setOlder({ entries: [...(older?.entries ?? []), ...entries], cursor: next, damaged: (older?.damaged ?? 0) + damaged });
    } catch (error) {
      heard(error);
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const damaged = points.damaged + (older?.damaged ?? 0);
  const fresh = new Set(points.entries.map(({ entry_id }) => entry_id));
  const all = [...points.entries, ...(older?.entries ?? []).filter(({ entry_id }) => !fresh.has(entry_id))];
  return (
    <section class="stack">
      <h2>{say("entries.title")}</h2>
      {damaged > 0 && <Notice mood="wait">{say("entries.damaged", { count: damaged })}</Notice>}
      {all.length > 0 ? <Entries of={all} zone={zone} nowS={nowS.value ?? 0} /> : <p>{say("entries.none")}</p>}
      {failed && <Notice mood="wait" icon="offline" live="alert">{say("entries.failed")}</Notice>}
      {cursor !== null && <Button kind="edge" busy={busy} onPress={() => void more()}>{say("entries.older")}</Button>}
    </section>
  );
}

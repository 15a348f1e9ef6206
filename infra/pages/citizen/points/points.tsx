// A person's points: how many, what ends when, what they can be exchanged for, and each entry.

import { useState } from "preact/hooks";
import { ProblemError, type Asking } from "../../shared/api";
import { nowS } from "../../shared/clock";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { heard, signedIn, signIn } from "../app";
import { campaigns, timezoneOf } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { Court } from "../slots/court";
import { Awards } from "./awards";
import { awardsRead, lastDayOf, numberOf, pointsRead, subjectOf, type Award, type Entry, type Points } from "./catalogue";
import { Entries, type Told } from "./entries";
import { say } from "./words";

const LOOK_S = 30;

interface Read {
  points: Points | null;
  told: Told[];
  awards: Award[];
  campaignIds: string[];
}

/** A catalogue that does not answer hides no points. */
async function read(call: Asking): Promise<Read> {
  const [points, awards, seasons] = await Promise.all([
    pointsRead(null, call).catch(absent),
    awardsRead(call).catch(() => []),
    campaigns(call).catch(() => []),
  ]);
  const campaignIds = seasons.map(({ campaign_id }) => campaign_id);
  return { points, awards, campaignIds, told: await toldOf(points?.entries ?? [], campaignIds) };
}

/** No season that runs gives points. */
function absent(error: unknown): null {
  if (error instanceof ProblemError && error.slug === "not-found") return null;
  throw error;
}

function toldOf(entries: Entry[], campaignIds: string[]): Promise<Told[]> {
  return Promise.all(entries.map(async (entry) => ({ entry, subject: await subjectOf(entry, campaignIds).catch(() => null) })));
}

export function PointsScreen() {
  const back = { href: "#/", name: say("points.home") };
  if (signedIn.value === false) {
    return (
      <Frame back={back}>
        <Empty line={say("points.sign-in")}><Button kind="act" icon="person" onPress={signIn}>{say("points.in")}</Button></Empty>
      </Frame>
    );
  }
  return <Frame back={back}>{signedIn.value && <Shown />}</Frame>;
}

function Shown() {
  const [loaded, again] = useLoaded(read, []);
  useLooking(LOOK_S, again);
  const value = loaded.state === "read" ? loaded.value : null;
  return (
    <>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {value && !value.points && <Empty line={say("points.none")}><Button href="#/">{say("points.seasons")}</Button></Empty>}
      {value?.points && <Account key={value.points.program_id} {...value} points={value.points} />}
    </>
  );
}

function Empty({ line, children }: { line: string; children: preact.ComponentChildren }) {
  return (
    <div class="empty">
      <Title>{say("points.title")}</Title>
      <Court />
      <p>{line}</p>
      {children}
    </div>
  );
}

function Account({ points, told, awards, campaignIds }: Read & { points: Points }) {
  const zone = timezoneOf(awards[0]?.campaign ?? null);
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
      <Awards awards={awards} points={points} />
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
      <History first={told} points={points} zone={zone} campaignIds={campaignIds} />
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
function History({ first, points, zone, campaignIds }: { first: Told[]; points: Points; zone: string; campaignIds: string[] }) {
  const [older, setOlder] = useState<{ told: Told[]; cursor: string | null; damaged: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const cursor = older ? older.cursor : points.cursor;
  const more = async () => {
    setBusy(true);
    setFailed(false);
    try {
      const next = await pointsRead(cursor);
      const told = await toldOf(next.entries, campaignIds);
      setOlder({ told: [...(older?.told ?? []), ...told], cursor: next.cursor, damaged: (older?.damaged ?? 0) + next.damaged });
    } catch (error) {
      heard(error);
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const damaged = points.damaged + (older?.damaged ?? 0);
  const fresh = new Set(first.map(({ entry }) => entry.entry_id));
  const all = [...first, ...(older?.told ?? []).filter(({ entry }) => !fresh.has(entry.entry_id))];
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

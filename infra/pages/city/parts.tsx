// Parts of the city's screens alone: headings, bars, statuses, and how old a number is.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemError, type ApiError } from "../shared/api";
import { nowS } from "../shared/clock";
import { Button } from "../shared/parts/button";
import { Chip, Notice, type Mood } from "../shared/parts/notice";
import { lineOf } from "../shared/reactions";
import { saved } from "../shared/saving";
import { language, titled } from "../shared/words";
import type { Campaign, Status } from "./batches";
import { csvOf, type Cell } from "./csv";
import { told } from "./details";
import { signOut, type Reading } from "./stack";
import type { Schema } from "../shared/routes";
import { count, second, say, share, type CityWord, type Local } from "./words";

interface TitleProps {
  text: string;
  /** Of the document, where the heading changes by the second. */
  name?: string;
  lang?: string | undefined;
  children?: ComponentChildren;
}

/** The page's one heading; it takes the focus when another screen is shown. */
export function Title({ text, name = text, lang, children }: TitleProps) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · ${say("city.name")}`;
  }, [name, language.value]);
  return (
    <div class="title-row">
      <h1 ref={place} tabIndex={-1} {...(lang && { lang })}>{text}</h1>
      {children}
    </div>
  );
}

/** The document's title says that something is wrong while this is on the screen. */
export function useErrorTitle(): void {
  useEffect(() => {
    const before = document.title;
    document.title = say("failure.title", { title: before });
    return () => {
      document.title = before;
    };
  }, []);
}

/** A title of the stack, marked where it is in the other language. */
export function Name({ title }: { title: Parameters<typeof titled>[0] }) {
  const { text, lang } = titled(title);
  return <span {...(lang && { lang })}>{text}</span>;
}

/** A funder by its title. */
export function FunderName({ document, id }: { document: Pick<Campaign, "funders">; id: string }) {
  const funder = document.funders.find((one) => one.funder_id === id);
  return funder ? <Name title={funder.title} /> : <code>{id}</code>;
}

type Fault = Schema<"Fault">;

const STATUSES: Record<Status, [Mood, CityWord]> = {
  scheduled: ["note", "status.scheduled"],
  booking: ["note", "status.booking"],
  open: ["done", "status.open"],
  paused: ["wait", "status.paused"],
  drained: ["wait", "status.drained"],
  sold_out: ["note", "status.sold-out"],
  closed: ["note", "status.closed"],
  stopped: ["stop", "status.stopped"],
};

export function StatusChip({ status }: { status: Status | null }) {
  const [mood, word] = status === null ? (["note", "status.unpublished"] as const) : STATUSES[status];
  return <Chip mood={mood}>{say(word)}</Chip>;
}

interface Part {
  amount: number;
  look: "first" | "second";
}

/** A bar of one whole; the rest is empty. Its numbers are beside it in words, so a reader passes it by. */
export function Bar({ parts, whole }: { parts: Part[]; whole: number }) {
  let from = 0;
  const width = (amount: number) => (whole > 0 ? Math.max(0, (amount * 1000) / whole) : 0);
  return (
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="whole" width="1000" height="10" />
      {parts.map(({ amount, look }, at) => {
        const x = from;
        from += width(amount);
        return <rect key={at} class={look} x={x} width={Math.min(width(amount), 1000 - x)} height="10" />;
      })}
    </svg>
  );
}

/** Packs that are handed out, as words, bar and what is left. */
export function HandedOut({ quantity, remaining }: { quantity: number; remaining: number }) {
  const claimed = quantity - remaining;
  return (
    <>
      <div class="measure">
        <p class="numbers">{say("board.of", { claimed: count(claimed), quantity: count(quantity) })}</p>
        <Bar whole={quantity} parts={[{ amount: claimed, look: "first" }]} />
      </div>
      <p class="numbers left">{say("board.left-share", { share: share(remaining, quantity) })}</p>
    </>
  );
}

/** What an act would do, one sentence a line. */
export function Sentences({ said }: { said: (string | false)[] }) {
  return <ul class="sentences">{said.filter((one) => one !== false).map((one) => <li key={one}>{one}</li>)}</ul>;
}

/** A number of a board with its name above and a word below. */
export function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="value">{value}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
}

/** Packs that are claimed, with this note, and those that are left. */
export function Claimed({ quantity, remaining, note }: { quantity: number; remaining: number; note: string }) {
  return (
    <>
      <Figure name={say("board.claimed")} value={count(quantity - remaining)} note={note} />
      <Figure name={say("board.left")} value={count(remaining)} note={say("board.left-share", { share: share(remaining, quantity) })} />
    </>
  );
}

const STALE_S = 10;
const OLD_S = 30;

/** 「截至 10:00:41」, and by a sign and a word when that is long ago. */
export function AsOf({ asOfS, local }: { asOfS: number | null; local: Local }) {
  const now = nowS.value;
  if (asOfS === null) return null;
  const ageS = now === null ? 0 : now - asOfS;
  const mood: Mood = ageS >= OLD_S ? "stop" : ageS >= STALE_S ? "wait" : "note";
  const text = say("asof.time", { time: second(asOfS, local) });
  if (mood === "note") return <p class="note as-of">{text}</p>;
  return (
    <p class="as-of">
      <Chip mood={mood}>{say("asof.stale", { said: text, seconds: Math.floor(ageS) })}</Chip>
    </p>
  );
}

/** A sentence of the stack in the page's language, marked where it stays in English. */
export function Told({ detail }: { detail: string }) {
  const { text, lang } = told(detail, language.value);
  return <span {...(lang && { lang })}>{text}</span>;
}

interface FailureProps {
  failure: ApiError;
  /** Instead of the sentence that every page has for such a refusal. */
  title?: string | undefined;
  again?: () => void;
  children?: ComponentChildren;
}

/** What went wrong with a read or an act: the sentence for the person, the stack's own, and each place that it names. */
export function Failure({ failure, title: said, again, children }: FailureProps) {
  useErrorTitle();
  const refused = failure instanceof ProblemError ? failure : null;
  const detail = refused?.problem.detail;
  const places = refused ? placesOf(refused) : [];
  const title = said ?? (refused === null ? say("failure.unreachable") : refused.slug === "malformed" ? say("failure.malformed") : lineOf(refused, language.value));
  return (
    <Notice mood="stop" live="alert" title={title}>
      {typeof detail === "string" && <p class="detail"><Told detail={detail} /></p>}
      {places.length > 0 && <ul>{places.map(({ place, message }) => <li key={place}><code>{place}</code> <Told detail={message} /></li>)}</ul>}
      {children}
      {refused?.status === 403 && <p><Button kind="quiet" icon="person" onPress={signOut}>{say("failure.other-account")}</Button></p>}
      {again && refused?.status !== 403 && <p><Button kind="quiet" icon="refresh" onPress={again}>{say("failure.again")}</Button></p>}
    </Notice>
  );
}

/** Each place of the request that the stack refuses, without what every place begins with. */
export function placesOf({ problem: { errors } }: ProblemError): Fault[] {
  const found = Array.isArray(errors) ? (errors as Fault[]) : [];
  return found.map(({ place, message }) => ({ place: place.replace(/^body\./, ""), message }));
}

/** Of a read that has no answer yet: why not, and another try; or a placeholder. */
export function Waiting({ read, lines = 4 }: { read: Pick<Reading<unknown>, "failure" | "again">; lines?: number }) {
  return read.failure ? <Failure failure={read.failure} again={read.again} /> : <Skeleton lines={lines} />;
}

/** Only after 300 ms: a quick answer shows no placeholder. */
function Skeleton({ lines }: { lines: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="stack" role="status">
      <span class="unseen">{say("loading.now")}</span>
      {late && Array.from({ length: lines }, (_, at) => <div key={at} class="skeleton line" aria-hidden="true" />)}
    </div>
  );
}

interface TableProps {
  caption: string;
  head: string[];
  rows: ComponentChildren[][];
  /** The sums of the columns, on the last line. */
  total?: ComponentChildren[];
  /** The same as a file: its name, and its lines below the head. */
  file?: { name: string; lines: () => Cell[][] };
}

/** A table; on a narrow screen each row stands alone, with the heads beside its cells. Roles survive that display. */
export function Table({ caption, head, rows, total, file }: TableProps) {
  return (
    <>
    <table role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">{head.map((text, at) => <th key={at} role="columnheader" scope="col" class={at === 0 ? "" : "number"}>{text}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(([first, ...cells], row) => (
          <tr key={row} role="row">
            <th role="rowheader" scope="row">{first}</th>
            {cells.map((cell, at) => <td key={at} role="cell" class="number" data-head={head[at + 1]}>{cell}</td>)}
          </tr>
        ))}
      </tbody>
      {total && (
        <tfoot role="rowgroup">
          <tr role="row">
            <th role="rowheader" scope="row">{say("table.total")}</th>
            {total.map((cell, at) => <td key={at} role="cell" class="number" data-head={head[at + 1]}>{cell}</td>)}
          </tr>
        </tfoot>
      )}
    </table>
    {file && <p><Button kind="quiet" icon="download" onPress={() => saved(`${file.name}.csv`, csvOf([head, ...file.lines()]))}>{say("table.file")}</Button></p>}
    </>
  );
}

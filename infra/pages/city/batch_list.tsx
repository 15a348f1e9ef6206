// The batches of a campaign, and one of them with what can be done to it.

import { useState } from "preact/hooks";
import { ProblemError } from "../shared/api";
import { nowS } from "../shared/clock";
import { Chip } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import { titled } from "../shared/words";
import { Acts } from "./acts";
import { asSeen, rowsOf, type BatchView, type Campaign, type Row, type Summary } from "./batches";
import { Later } from "./later";
import { AsOf, Failure, HandedOut, Name, StatusChip, Title, Waiting } from "./parts";
import { consoleHref } from "./place";
import { api, useReading } from "./stack";
import { count, moment, say } from "./words";

const EVERY_S = 2;

interface Read {
  document: Campaign;
  published: Summary[];
  /** Of batches that pay venues, which no public read knows. */
  moneys: Schema<"BatchMoneyView">[];
}

/** The stored document, and what is published of it: nothing, where the public read does not know the campaign. */
async function batchesOf(campaignId: string, signal: AbortSignal): Promise<Read> {
  const path = { campaign_id: campaignId };
  const document = await api.call("GET /admin/campaigns/{campaign_id}", { path, signal });
  const paysVenues = document.body.batches.some(({ mode }) => mode === "venue");
  const moneys = paysVenues ? (await api.call("GET /admin/campaigns/{campaign_id}/budgets", { path, signal })).body.batches : [];
  try {
    const { body } = await api.call("GET /campaigns/{campaign_id}", { path, signal });
    return { document: document.body, published: body.batches, moneys };
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error;
    return { document: document.body, published: [], moneys };
  }
}

export function Batches({ campaignId, batchId }: { campaignId: string; batchId: string | null }) {
  const read = useReading(campaignId, (signal) => batchesOf(campaignId, signal), EVERY_S);
  if (read.value === null) {
    return (
      <>
        <Title text={say("console.batches")} />
        <Waiting read={read} />
      </>
    );
  }
  const { document } = read.value;
  const rows = rowsOf(document, read.value.published, read.value.moneys);
  const stale = read.failure && <Failure failure={read.failure} again={read.again} />;
  if (batchId === null) {
    return (
      <>
        <Title text={say("console.batches")}><AsOf asOfS={read.asOfS} local={document} /></Title>
        {stale}
        <ul class="lines">{rows.map((row) => <Line key={row.batchId} row={row} document={document} />)}</ul>
      </>
    );
  }
  const row = rows.find((one) => one.batchId === batchId);
  return (
    <>
      <p><a class="back" href={consoleHref(campaignId)}>{say("batches.all")}</a></p>
      {stale}
      {row ? <One row={row} document={document} asOfS={read.asOfS} again={read.again} /> : <Title text={say("batches.unknown", { batch: batchId })} />}
    </>
  );
}

function Line({ row, document }: { row: Row; document: Campaign }) {
  return (
    <li class="line">
      <div>
        <p class="what"><a href={consoleHref(document.campaign_id, "batches", row.batchId)}><Name title={row.title} /></a></p>
        <p class="note">{say("board.window", { opens: moment(row.opensAt, document), closes: moment(row.closesAt, document) })}</p>
      </div>
      <div><Standing row={row} /></div>
      <Measure row={row} document={document} />
    </li>
  );
}

/** A published batch that pays venues is told as such: no public read has its state. */
function Standing({ row }: { row: Row }) {
  if (row.paysVenues && row.paid) return <Chip mood="note">{say("status.venue")}</Chip>;
  return <StatusChip status={row.view?.status ?? null} />;
}

function Measure({ row, document }: { row: Row; document: Campaign }) {
  const { view, quantity } = row;
  if (row.paysVenues) return <Later of={({ VenueMeasure }) => <VenueMeasure row={row} document={document} />} />;
  if (view === null) return <p class="note measure">{say("batches.planned", { quantity: count(quantity) })}</p>;
  return <HandedOut quantity={quantity} remaining={view.remaining} />;
}

/** So long an answer of the public list may be kept on its way here, with the time between two reads. */
const LIST_OLD_S = 10;

function One({ row: listed, document, asOfS, again }: { row: Row; document: Campaign; asOfS: number | null; again: () => void }) {
  const [seen, setSeen] = useState<{ view: BatchView; atS: number } | null>(null);
  const isNewer = seen !== null && (nowS.value ?? 0) - seen.atS < LIST_OLD_S;
  const row = asSeen(listed, isNewer ? seen.view : null);
  const { text, lang } = titled(row.title);
  return (
    <div class="groups">
      <section class="stack">
        <Title text={text} lang={lang}><Standing row={row} /></Title>
        <AsOf asOfS={asOfS} local={document} />
        {!row.paysVenues && <div class="card">
          <dl class="rows facts">
            <div><dt>{say("batches.window")}</dt><dd>{say("board.window", { opens: moment(row.opensAt, document), closes: moment(row.closesAt, document) })}</dd></div>
            <div><dt>{say("batches.packs")}</dt><dd><Measure row={row} document={document} /></dd></div>
            <div><dt>{say("batches.id")}</dt><dd><code>{row.batchId}</code></dd></div>
          </dl>
        </div>}
      </section>
      {row.paysVenues && <Later of={({ VenueBatch }) => <VenueBatch key={row.batchId} row={row} document={document} again={again} />} />}
      {row.view?.mode === "lottery" && <Later of={({ DrawOf }) => <DrawOf key={row.batchId} row={row} document={document} />} />}
      {!row.paysVenues && <Acts key={row.batchId} row={row} document={document} onSeen={(view) => setSeen({ view, atS: api.time.nowS() })} again={again} />}
    </div>
  );
}

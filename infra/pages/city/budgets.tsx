// A campaign's money: each funder's budget as a bar and a table, what each batch has of it, and every movement.

import { useState } from "preact/hooks";
import type { ApiError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import type { Campaign } from "./batches";
import { plain } from "./csv";
import { AsOf, Bar, Failure, FunderName, Name, Table, Title, Waiting } from "./parts";
import { api, noticed, useReading } from "./stack";
import { count, moment, money, say, type CityWord } from "./words";
import { listed, titled } from "../shared/words";

type Report = Schema<"BudgetsView">;
type Movement = Schema<"MovementView">;
type Kind = Schema<"RecordKind">;
/** An amount of a funder. */
type Column = (one: Report["funders"][number]) => number;

const KINDS: Record<Kind, CityWord> = { reserve: "budgets.reserve", release: "budgets.release", rollover: "budgets.rollover" };
const LOOKS = ["first", "second"] as const;

async function reportOf(campaignId: string, signal: AbortSignal): Promise<{ report: Report; document: Campaign }> {
  const path = { campaign_id: campaignId };
  const [report, document] = await Promise.all([
    api.call("GET /admin/campaigns/{campaign_id}/budgets", { path, signal }),
    api.call("GET /admin/campaigns/{campaign_id}", { path, signal }),
  ]);
  return { report: report.body, document: document.body };
}

export function Budgets({ campaignId }: { campaignId: string }) {
  const read = useReading(campaignId, (signal) => reportOf(campaignId, signal));
  if (read.value === null) {
    return (
      <>
        <Title text={say("console.budgets")} />
        <Waiting read={read} />
      </>
    );
  }
  const { report, document } = read.value;
  return (
    <div class="groups">
      <section class="stack">
        <Title text={say("console.budgets")}><AsOf asOfS={read.asOfS} local={document} /></Title>
        {report.damaged > 0 && <Notice mood="stop" title={say("budgets.damaged", { count: count(report.damaged) })} />}
        <Funders report={report} document={document} />
      </section>
      <section class="stack">
        <h2>{say("budgets.batches")}</h2>
        <Batches report={report} document={document} />
      </section>
      <section class="stack">
        <h2>{say("budgets.movements")}</h2>
        <Movements key={read.asOfS} report={report} document={document} />
      </section>
    </div>
  );
}

function Funders({ report, document }: { report: Report; document: Campaign }) {
  const all = (of: Column) => report.funders.reduce((total, one) => total + of(one), 0);
  const columns: Column[] = [
    (one) => one.budget_minor,
    (one) => one.spent_minor,
    (one) => one.reserved_minor - one.spent_minor,
    (one) => one.left_minor,
  ];
  const names = [say("budgets.spent"), say("budgets.reserved"), say("budgets.left")];
  const rows = report.funders.map((one) => [<FunderName document={document} id={one.funder_id} />, ...columns.map((of) => money(of(one), document))]);
  const lines = () => report.funders.map((one) => [one.funder_id, ...columns.map((of) => plain(of(one), document.currency))]);
  return (
    <>
      <ul class="key" aria-hidden="true">{names.map((name, at) => <li key={name}><i class={LOOKS[at] ?? ""} />{name}</li>)}</ul>
      <ul class="funders">
        {report.funders.map((one) => (
          <li key={one.funder_id}>
            <span class="what"><FunderName document={document} id={one.funder_id} /></span>
            <Bar whole={one.budget_minor} parts={[{ amount: one.spent_minor, look: "first" }, { amount: one.reserved_minor - one.spent_minor, look: "second" }]} />
          </li>
        ))}
      </ul>
      <Table caption={say("budgets.by-funder")} head={[say("money.funder"), say("budgets.budget"), ...names]} rows={rows} total={columns.map((of) => money(all(of), document))} file={{ name: `${document.campaign_id}-budgets`, lines }} />
      <p class="note">{say("budgets.explained")}</p>
    </>
  );
}

const sum = (parts: Schema<"FundingView">[]) => parts.reduce((total, one) => total + one.amount_minor, 0);

function Batches({ report, document }: { report: Report; document: Campaign }) {
  const titleOf = (id: string) => document.batches.find((one) => one.batch_id === id)?.title ?? id;
  const columns = (one: Report["batches"][number]) => [sum(one.reserved) - sum(one.released), sum(one.spent), sum(one.released)];
  const rows = report.batches.map((one) => [
    <><Name title={titleOf(one.batch_id)} />{one.on_its_way && <span class="note block">{say("budgets.on-its-way")}</span>}</>,
    ...columns(one).map((minor) => money(minor, document)),
  ]);
  if (rows.length === 0) return <p>{say("budgets.no-batches")}</p>;
  const lines = () => report.batches.map((one) => [one.batch_id, ...columns(one).map((minor) => plain(minor, document.currency))]);
  const total = [0, 1, 2].map((at) => money(report.batches.reduce((all, one) => all + (columns(one)[at] ?? 0), 0), document));
  const head = [say("budgets.batch"), say("budgets.set-aside"), say("budgets.spent"), say("budgets.given-back")];
  return <Table caption={say("budgets.batches")} head={head} rows={rows} total={total} file={{ name: `${document.campaign_id}-batches`, lines }} />;
}

/** The first page came with the report; each further one is asked for. Newest first among those that are here. */
function Movements({ report, document }: { report: Report; document: Campaign }) {
  const [movements, setMovements] = useState(report.movements);
  const [next, setNext] = useState(report.next);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const more = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const path = { campaign_id: document.campaign_id };
      const { body } = await api.call("GET /admin/campaigns/{campaign_id}/budgets", { path, query: { cursor: next } });
      setMovements([...movements, ...body.movements]);
      setNext(body.next);
    } catch (error) {
      setFailure(noticed(error));
    }
    setBusy(false);
  };
  const sorted = [...movements].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.key < b.key ? 1 : -1));
  if (sorted.length === 0) return <p>{say("budgets.no-movements")}</p>;
  return (
    <>
      <ul class="lines">{sorted.map((one) => <Line key={one.key} movement={one} document={document} />)}</ul>
      {failure && <Failure failure={failure} again={more} />}
      {next && <div class="narrow"><Button kind="edge" busy={busy} onPress={more}>{say("budgets.more")}</Button></div>}
    </>
  );
}

function Line({ movement, document }: { movement: Movement; document: Campaign }) {
  const titleOf = (id: string) => titled(document.batches.find((one) => one.batch_id === id)?.title ?? id).text;
  const nameOf = (id: string) => titled(document.funders.find((one) => one.funder_id === id)?.title ?? id).text;
  const to = movement.to_batch_id;
  const facts = { batch: titleOf(movement.batch_id), to: to ? titleOf(to) : "", packs: count(movement.packs) };
  return (
    <li class="line movement">
      <p class="note numbers">{moment(movement.at, document)}</p>
      <div>
        <p class="what">{say(KINDS[movement.kind], facts)}</p>
        <p class="note">{say("budgets.of-packs", facts)}</p>
      </div>
      <p class="note">{listed(movement.amounts.map((one) => `${nameOf(one.funder_id)} ${money(one.amount_minor, document)}`))}</p>
      <p class="numbers total">{money(sum(movement.amounts), document)}</p>
    </li>
  );
}

// The audit: a recount of a batch, a day or the whole campaign, with its progress, and each equation as a sentence.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Chip, Notice } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import { language, titled } from "../shared/words";
import type { Campaign } from "./batches";
import { batchOf, inWords } from "./equations";
import { Failure, Title, Waiting } from "./parts";
import { api, noticed, useDocument } from "./stack";
import { count, say, second } from "./words";

type Equation = Schema<"EquationView">;
type Of = { kind: "campaign" } | { kind: "batch"; batchId: string } | { kind: "day"; day: string };

interface Report {
  complete: boolean;
  ok: boolean;
  sweep: string;
  equations: Equation[];
}

type Progress =
  | { state: "idle" }
  | { state: "counting"; rounds: number }
  | { state: "failed"; failure: ApiError }
  | { state: "counted"; report: Report; of: Of; tookS: number; atS: number };

const EVERY_S = 1;

export function Audit({ campaignId, batchId }: { campaignId: string; batchId: string | null }) {
  const read = useDocument(campaignId);
  return (
    <div class="stack">
      <Title text={say("console.audit")} />
      <p>{say("audit.what")}</p>
      {read.value ? <Count document={read.value} batchId={batchId} /> : <Waiting read={read} />}
    </div>
  );
}

function Count({ document, batchId }: { document: Campaign; batchId: string | null }) {
  const [chosen, setChosen] = useState(batchId ? `batch ${batchId}` : "campaign");
  const [day, setDay] = useState("");
  const [fault, setFault] = useState<string>();
  const [progress, setProgress] = useState<Progress>({ state: "idle" });
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const go = async () => {
    const of = ofChosen(chosen, day);
    if (of.kind === "day" && !/^\d{4}-\d\d-\d\d$/.test(day)) return setFault(say("audit.day-fault"));
    setFault(undefined);
    stop.current?.abort();
    const controller = (stop.current = new AbortController());
    const begunS = api.device.monotonicS();
    setProgress({ state: "counting", rounds: 1 });
    try {
      const report = await counted(document.campaign_id, of, controller.signal, (rounds) => setProgress({ state: "counting", rounds }));
      setProgress({ state: "counted", report, of, tookS: api.device.monotonicS() - begunS, atS: api.time.nowS() });
    } catch (error) {
      if (!controller.signal.aborted) setProgress({ state: "failed", failure: noticed(error) });
    }
  };
  const busy = progress.state === "counting";
  return (
    <>
      <form class="form" onSubmit={(event) => { event.preventDefault(); if (!busy) void go(); }}>
        <div class="field">
          <label for="audit-of">{say("audit.of")}</label>
          <select id="audit-of" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value="campaign">{say("audit.campaign")}</option>
            <option value="day">{say("audit.day")}</option>
            {document.batches.map((one) => <option key={one.batch_id} value={`batch ${one.batch_id}`}>{say("audit.batch", { title: titled(one.title).text })}</option>)}
          </select>
        </div>
        {chosen === "day" && <Field id="audit-day" label={say("audit.which-day")} fault={fault} value={day} onValue={setDay} input={{ type: "date" }} />}
        <Button kind="act" icon="check" busy={busy} onPress={go}>{busy ? say("audit.counting") : say("audit.go")}</Button>
      </form>
      {progress.state === "counting" && (
        <Notice mood="wait" live="status" title={say("audit.counting")}>
          <p>{say("audit.round", { round: count(progress.rounds) })}</p>
        </Notice>
      )}
      {progress.state === "failed" && <Failure failure={progress.failure} again={go} />}
      {progress.state === "counted" && <Result progress={progress} document={document} />}
    </>
  );
}

function Result({ progress, document }: { progress: Extract<Progress, { state: "counted" }>; document: Campaign }) {
  const { report, of, tookS, atS } = progress;
  const name = nameOf(of, document);
  const [copied, setCopied] = useState(false);
  const equations = [...report.equations].sort((a, b) => Number(a.holds) - Number(b.holds));
  const names = Object.fromEntries(document.funders.map((one) => [one.funder_id, titled(one.title).text]));
  const groups = groupsOf(equations);
  const failed = equations.filter(({ holds }) => !holds).length;
  const good = report.ok && report.complete;
  const title = good ? say("audit.good", { count: count(equations.length) }) : say("audit.bad", { failed: count(failed), count: count(equations.length) });
  const copy = async () => {
    const lines = equations.map(({ equation, holds }) => `${say(holds ? "audit.holds" : "audit.fails")}  ${inWords(equation, language.value, names).text}`);
    await navigator.clipboard.writeText([`${name}: ${title}`, ...lines].join("\n"));
    setCopied(true);
  };
  return (
    <section class="stack">
      <Notice mood={good ? "done" : "stop"} live="status" title={`${name}: ${title}`}>
        <p>{say("audit.took", { time: second(atS, document), seconds: count(Math.max(1, Math.round(tookS))) })}</p>
      </Notice>
      {groups.map(([batchId, group]) => (
        <section key={batchId} class="stack">
          {groups.length > 1 && <h2>{batchId === "" ? say("audit.whole") : nameOf({ kind: "batch", batchId }, document)}</h2>}
          <ul class="equations card">{group.map((one) => <Line key={one.equation} equation={one} names={names} />)}</ul>
        </section>
      ))}
      <div class="narrow"><Button kind="edge" icon="copy" onPress={copy}>{copied ? say("audit.copied") : say("audit.copy")}</Button></div>
    </section>
  );
}

function Line({ equation: { equation, holds }, names }: { equation: Equation; names: Record<string, string> }) {
  const { text, lang } = inWords(batchOf(equation).text, language.value, names);
  return (
    <li>
      <Chip mood={holds ? "done" : "stop"}>{say(holds ? "audit.holds" : "audit.fails")}</Chip>
      <span class="numbers" {...(lang && { lang })}>{text}</span>
    </li>
  );
}

/** By the batch that they are about; those of the whole first. A group keeps its order, so what failed is on top. */
function groupsOf(equations: Equation[]): [string, Equation[]][] {
  const groups = new Map<string, Equation[]>([["", []]]);
  for (const one of equations) {
    const batchId = batchOf(one.equation).batchId ?? "";
    groups.set(batchId, [...(groups.get(batchId) ?? []), one]);
  }
  return [...groups].filter(([, group]) => group.length > 0).sort(([, a], [, b]) => Number(a.every((one) => one.holds)) - Number(b.every((one) => one.holds)));
}

function ofChosen(chosen: string, day: string): Of {
  if (chosen === "day") return { kind: "day", day };
  return chosen === "campaign" ? { kind: "campaign" } : { kind: "batch", batchId: chosen.slice("batch ".length) };
}

function nameOf(of: Of, document: Campaign): string {
  if (of.kind === "day") return of.day;
  const batch = of.kind === "batch" && document.batches.find((one) => one.batch_id === of.batchId);
  return titled(batch ? batch.title : document.title).text;
}

/** The whole count: a sweep that is not complete goes on by its name, until it is. */
async function counted(campaignId: string, of: Of, signal: AbortSignal, told: (rounds: number) => void): Promise<Report> {
  let sweep: string | null = null;
  for (let rounds = 1; ; rounds++) {
    told(rounds);
    const report = await asked(campaignId, of, sweep, signal);
    if (report.complete) return report;
    sweep = report.sweep;
    await api.device.sleep(EVERY_S, signal);
  }
}

async function asked(campaignId: string, of: Of, sweep: string | null, signal: AbortSignal): Promise<Report> {
  if (of.kind === "batch") {
    return (await api.call("GET /admin/batches/{batch_id}/audit", { path: { batch_id: of.batchId }, query: { sweep }, signal })).body;
  }
  const query = { audit: of.kind === "day" ? of.day : "campaign", sweep };
  const { body } = await api.call("GET /admin/campaigns/{campaign_id}/budgets", { path: { campaign_id: campaignId }, query, signal });
  if (!body.audit) throw new Error("the answer has no audit");
  return body.audit;
}

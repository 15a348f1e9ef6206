// What each act would do, computed before anybody presses its button.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import type { Schema } from "../shared/routes";
import type { Form } from "./acts";
import { issuedOf, withMore, type BatchView, type Issued } from "./batches";
import { FunderName, Sentences, Table, Waiting } from "./parts";
import { api, useReading } from "./stack";
import { count, moment, money, say, zone } from "./words";
import { listed, titled } from "../shared/words";

type Planned = Schema<"PlanView">;

/** Sentences about the batch as it is now, read for this; with what `children` make of it. */
function AsItIs({ row, children }: { row: Form["row"]; children: (view: BatchView, issued: Issued) => ComponentChildren }) {
  const path = { batch_id: row.batchId };
  const read = useReading(row.batchId, async (signal) => (await api.call("GET /batches/{batch_id}", { path, signal })).body);
  if (read.value === null) return <Waiting read={read} lines={2} />;
  return <>{children(read.value, issuedOf(read.value))}</>;
}

export function Pause({ row, busy, send }: Form) {
  return (
    <AsItIs row={row}>
      {(_, issued) => (
        <>
          <Sentences said={[say("pause.claims"), issued.coupons > 0 ? say("pause.issued", { coupons: count(issued.coupons) }) : say("pause.none-issued"), say("pause.undo")]} />
          <Button kind="act" icon="pause" busy={busy} onPress={() => send({ act: "pause", body: {} })}>{say("pause.go")}</Button>
        </>
      )}
    </AsItIs>
  );
}

export function Resume({ row, busy, send }: Form) {
  return (
    <AsItIs row={row}>
      {(view) => (
        <>
          <Sentences said={[say("resume.claims"), say("resume.left", { packs: count(view.remaining) })]} />
          <Button kind="act" icon="refresh" busy={busy} onPress={() => send({ act: "resume", body: {} })}>{say("resume.go")}</Button>
        </>
      )}
    </AsItIs>
  );
}

/** For good: the batch is typed, so that nobody stops the wrong one. What is stopped can still become void. */
export function Stop({ row, document, busy, send }: Form) {
  const isStopped = row.view?.status === "stopped";
  const [issued, setIssued] = useState<"keep" | "void">(isStopped ? "void" : "keep");
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string>();
  const go = () => {
    if (typed.trim() !== row.batchId) return setFault(say("stop.fault", { batch: row.batchId }));
    setFault(undefined);
    send({ act: "stop", body: { issued } });
  };
  return (
    <AsItIs row={row}>
      {(view, out) => (
        <>
          {!isStopped && <fieldset class="choices">
            <legend>{say("stop.issued")}</legend>
            {(["keep", "void"] as const).map((one) => (
              <label key={one}>
                <input type="radio" name="issued" checked={issued === one} onChange={() => setIssued(one)} />
                <span>{say(one === "keep" ? "stop.keep" : "stop.void")}</span>
              </label>
            ))}
          </fieldset>}
          <Sentences
            said={[
              say(isStopped ? "stop.void-good" : "stop.good"),
              !isStopped && say("stop.left", { packs: count(view.remaining), quantity: count(view.quantity) }),
              out.coupons > 0 && say(issued === "void" ? "stop.voided" : "stop.kept", { coupons: count(out.coupons), worth: money(out.worthMinor, document) }),
              out.coupons > 0 && say("stop.some-used"),
            ]}
          />
          <Field id="stop-id" label={say("stop.type", { batch: row.batchId })} fault={fault} value={typed} onValue={setTyped} input={{ autocomplete: "off", spellcheck: false, autocapitalize: "none" }} />
          <Button kind="act" icon="stop" busy={busy} onPress={go}>{say(isStopped ? "stop.go-void-only" : issued === "void" ? "stop.go-void" : "stop.go-keep")}</Button>
        </>
      )}
    </AsItIs>
  );
}

export function Extend({ row, document, busy, send }: Form) {
  const [days, setDays] = useState("");
  const [fault, setFault] = useState<string>();
  const go = () => {
    const number = wholeOf(days);
    if (number === null) return setFault(say("extend.fault"));
    setFault(undefined);
    send({ act: "extend", body: { days: number } });
  };
  return (
    <AsItIs row={row}>
      {(view, issued) => (
        <>
          <Sentences said={[say("extend.all", { coupons: count(issued.coupons) }), ...validities(view, document), say("extend.grows")]} />
          <Field id="extend-days" label={say("extend.days")} hint={say("extend.hint")} fault={fault} value={days} onValue={setDays} input={{ inputMode: "numeric", autocomplete: "off" }} />
          <Button kind="act" icon="calendar" busy={busy} onPress={go}>{wholeOf(days) === null ? say("extend.go") : say("extend.go-days", { days: count(wholeOf(days)!) })}</Button>
        </>
      )}
    </AsItIs>
  );
}

function validities(view: BatchView, document: Form["document"]): string[] {
  const said = view.coupons.map((terms) => {
    const title = titled(terms.title).text;
    const { validity } = terms;
    if (validity.kind === "fixed") return say("extend.fixed", { title, ends: moment(validity.ends_at, document) });
    return say("extend.after-claim", { title, days: count(validity.days) });
  });
  return [...new Set(said)];
}

export function Raise({ row, document, busy, send }: Form) {
  const [packs, setPacks] = useState("");
  const [fault, setFault] = useState<string>();
  const more = wholeOf(packs);
  const go = () => {
    if (more === null) return setFault(say("raise.fault"));
    setFault(undefined);
    send({ act: "raise", body: { quantity: row.quantity + more }, quantity: row.quantity + more });
  };
  return (
    <>
      <Sentences said={[say("raise.now", { quantity: count(row.quantity) }), say("raise.never-less")]} />
      <Field id="raise-packs" label={say("raise.packs")} fault={fault} value={packs} onValue={setPacks} input={{ inputMode: "numeric", autocomplete: "off" }} />
      {more === null ? (
        <Button kind="edge" onPress={go}>{say("raise.compute")}</Button>
      ) : (
        <Money key={more} document={document} plan={() => withMore(document, row.batchId, more)} title={say("raise.reserves", { packs: count(more), quantity: count(row.quantity + more) })}>
          <Button kind="act" icon="plus" busy={busy} onPress={go}>{say("raise.go", { packs: count(more), quantity: count(row.quantity + more) })}</Button>
        </Money>
      )}
    </>
  );
}

export function Publish({ row, document, busy, send }: Form) {
  const batch = document.batches.find((one) => one.batch_id === row.batchId)!;
  // First, so that the plan tells what publishing this one alone takes.
  const first = { ...document, batches: [batch, ...document.batches.filter((one) => one !== batch)] };
  const terms = document.terms.filter((one) => batch.terms.includes(one.terms_id)).map((one) => titled(one.title).text);
  return (
    <>
      <Sentences
        said={[
          say("publish.seen"),
          say("publish.freezes", { terms: listed(terms) }),
          say("publish.frozen-window", { opens: moment(row.opensAt, document), closes: moment(row.closesAt, document) }),
          say("publish.frozen-document", { zone: zone(document), currency: document.currency }),
          say("publish.later"),
        ]}
      />
      <Money document={document} plan={() => ({ body: first, batchId: row.batchId })} title={say("publish.reserves", { packs: count(row.quantity) })}>
        <Button kind="act" icon="sound" busy={busy} onPress={() => send({ act: "publish", body: {} })}>{say("publish.go", { packs: count(row.quantity) })}</Button>
      </Money>
    </>
  );
}

interface MoneyProps {
  document: Form["document"];
  plan: () => { body: Form["document"]; batchId: string };
  title: string;
  /** The button; it is not there while a funder is short. */
  children: ComponentChildren;
}

/** What each funder sets aside, by the stack's own plan. */
function Money({ document, plan, title, children }: MoneyProps) {
  const { body, batchId } = plan();
  const path = { campaign_id: document.campaign_id };
  const call = { path, body, writes: false };
  const read = useReading(JSON.stringify(body), async (signal) => (await api.call("POST /admin/campaigns/{campaign_id}/plan", { ...call, signal })).body);
  if (read.value === null) return <Waiting read={read} lines={2} />;
  const planned = read.value.batches.find((one) => one.batch_id === batchId)!;
  const order = document.funders.map(({ funder_id }) => funder_id);
  const parts = [...planned.to_reserve].sort((a, b) => order.indexOf(a.funder_id) - order.indexOf(b.funder_id));
  const rows = parts.map(({ funder_id, amount_minor }) => {
    const there = availableOf(read.value!, funder_id);
    return [<FunderName document={document} id={funder_id} />, money(amount_minor, document), money(there, document), <span class={there < amount_minor ? "short" : ""}>{money(there - amount_minor, document)}</span>];
  });
  return (
    <>
      <p>{title}</p>
      {rows.length > 0 && <Table caption={title} head={[say("money.funder"), say("money.needed"), say("money.there"), say("money.left")]} rows={rows} />}
      {planned.refusal ? <Short refusal={planned.refusal} document={document} /> : children}
    </>
  );
}

/** What a funder has that is not set aside yet. */
function availableOf(plan: Planned, funderId: string): number {
  const one = plan.funders.find(({ funder_id }) => funder_id === funderId);
  return one ? one.budget_minor - one.reserved_minor : 0;
}

function Short({ refusal, document }: { refusal: Schema<"PlannedRefusal">; document: Form["document"] }) {
  const { funder_id, needed_minor, available_minor } = refusal;
  const funder = document.funders.find((one) => one.funder_id === funder_id);
  const facts = { funder: funder ? titled(funder.title).text : "", needed: money(needed_minor ?? 0, document), there: money(available_minor ?? 0, document) };
  return (
    <>
      <p class="short">{say("money.short", facts)}</p>
      <Button busy>{say("money.cannot")}</Button>
    </>
  );
}

/** A whole number above 0, with or without separators of thousands; null for anything else. */
export function wholeOf(text: string): number | null {
  const digits = text.replace(/[\s,_]/g, "");
  const number = /^\d{1,12}$/.test(digits) ? Number(digits) : 0;
  return number > 0 ? number : null;
}

// The document of a campaign as text: read, changed here, compared with what is stored, applied with its revision.
// What is not applied stays in sessionStorage, over a reload and over a new sign-in.

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ProblemError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import type { Campaign } from "./batches";
import { Changes } from "./changes";
import { Conflict } from "./conflict";
import type { Fault, Parsed } from "./document_tools";
import { Editor, FaultList, type Caret } from "./editor";
import { Failure, placesOf, Title, Waiting } from "./parts";
import { Plan } from "./plan";
import { api, noticed, useReading } from "./stack";
import { count, say } from "./words";

export type Tools = typeof import("./document_tools");

/** What is kept of an unsaved text: where it began, and how it is now. */
interface Draft {
  base: string;
  text: string;
}

interface Stored {
  tools: Tools;
  /** Empty if there is no such campaign yet. */
  text: string;
  revision: number | null;
}

const keyOf = (campaignId: string) => `season.document.${campaignId}`;

async function storedOf(campaignId: string, signal: AbortSignal): Promise<Stored> {
  const tools = await import("./document_tools");
  try {
    const { body } = await api.call("GET /admin/campaigns/{campaign_id}", { path: { campaign_id: campaignId }, signal });
    return { tools, text: tools.written(body), revision: body.revision ?? null };
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 404)) throw error;
    return { tools, text: `campaign_id: ${campaignId}\n`, revision: null };
  }
}

export function Document({ campaignId }: { campaignId: string }) {
  const read = useReading(campaignId, (signal) => storedOf(campaignId, signal));
  // Kept from the first read: a later one is taken only when the person asks for it.
  return (
    <div class="stack">
      <Title text={say("console.document")} />
      {read.value ? <Edit campaignId={campaignId} stored={read.value} /> : <Waiting read={read} lines={8} />}
    </div>
  );
}

type Shown =
  | { step: "edit" }
  | { step: "busy"; what: "compare" | "apply" }
  | { step: "faults"; faults: Fault[] }
  | { step: "failed"; failure: ApiError }
  | { step: "planned"; plan: Schema<"PlanView">; parsed: Parsed; body: Campaign }
  | { step: "conflict"; theirs: string }
  | { step: "applied"; revision: number | null; warnings: number };

function Edit({ campaignId, stored }: { campaignId: string; stored: Stored }) {
  const { tools } = stored;
  const draft = useRef(draftOf(campaignId));
  const [base, setBase] = useState(draft.current?.base ?? stored.text);
  const [text, setText] = useState(draft.current?.text ?? stored.text);
  const [shown, setShown] = useState<Shown>({ step: "edit" });
  const [revision, setRevision] = useState(stored.revision);
  const [caret, setCaret] = useState<Caret | null>(null);
  useEffect(() => keep(campaignId, text === base ? null : { base, text }), [campaignId, base, text]);

  const changed = (next: string) => {
    setText(next);
    setShown({ step: "edit" });
  };
  const begin = (next: string) => {
    setBase(next);
    changed(next);
  };
  /** The text as JSON, or its faults are shown. */
  const read = (): { parsed: Parsed; body: Campaign } | null => {
    const parsed = tools.parsed(text);
    if (parsed.body !== null) return { parsed, body: parsed.body };
    setShown({ step: "faults", faults: parsed.faults });
    return null;
  };
  const refused = async (failure: ApiError, parsed: Parsed) => {
    if (failure instanceof ProblemError && failure.slug === "malformed") return setShown({ step: "faults", faults: faultsOf(failure, parsed) });
    if (!(failure instanceof ProblemError && failure.slug === "revision-conflict")) return setShown({ step: "failed", failure });
    try {
      const { body } = await api.call("GET /admin/campaigns/{campaign_id}", { path: { campaign_id: campaignId } });
      setShown({ step: "conflict", theirs: tools.written(body) });
    } catch (error) {
      setShown({ step: "failed", failure: noticed(error) });
    }
  };
  const compare = async () => {
    const found = read();
    if (found === null) return;
    setShown({ step: "busy", what: "compare" });
    const call = { path: { campaign_id: campaignId }, body: found.body, writes: false };
    try {
      const { body: plan } = await api.call("POST /admin/campaigns/{campaign_id}/plan", call);
      setShown({ step: "planned", plan, ...found });
    } catch (error) {
      await refused(noticed(error), found.parsed);
    }
  };
  const apply = async (body: Campaign, parsed: Parsed) => {
    setShown({ step: "busy", what: "apply" });
    try {
      const { body: applied } = await api.call("PUT /admin/campaigns/{campaign_id}", { path: { campaign_id: campaignId }, body });
      const { warnings, ...document } = applied;
      const now = tools.written(document);
      setBase(now);
      setText(now);
      setRevision(applied.revision ?? null);
      setShown({ step: "applied", revision: applied.revision ?? null, warnings: warnings?.length ?? 0 });
    } catch (error) {
      await refused(noticed(error), parsed);
    }
  };
  const busy = shown.step === "busy";
  return (
    <>
      <p>{revision === null ? say("document.new") : say("document.about", { revision: count(revision) })}</p>
      <p class="note">{say("document.comments")}</p>
      {draft.current && shown.step === "edit" && text !== base && <Notice title={say("document.kept")}><Button kind="quiet" onPress={() => { draft.current = null; begin(stored.text); }}>{say("document.discard")}</Button></Notice>}
      {shown.step === "faults" && <FaultList faults={shown.faults} onFault={setCaret} />}
      {shown.step === "failed" && <Failure failure={shown.failure} />}
      {shown.step === "applied" && <Notice mood="done" live="status" title={say("document.applied", { revision: count(shown.revision ?? 0) })}>{shown.warnings > 0 && <p>{say("document.warnings", { count: count(shown.warnings) })}</p>}</Notice>}
      {shown.step === "conflict" && <Conflict tools={tools} base={base} mine={text} theirs={shown.theirs} onText={(next) => { setBase(shown.theirs); changed(next); }} />}
      <Editor text={text} onText={changed} caret={caret} faults={shown.step === "faults" ? shown.faults : []} busy={busy} />
      <div class="narrow buttons">
        <Button kind={shown.step === "planned" || shown.step === "conflict" ? "edge" : "act"} icon="list" busy={busy} onPress={compare}>{busy && shown.what === "compare" ? say("document.comparing") : say("document.compare")}</Button>
      </div>
      {busy && <p role="status" class="unseen">{say(shown.what === "compare" ? "document.comparing" : "document.applying")}</p>}
      {shown.step === "planned" && (
        <section class="stack" aria-live="polite">
          <h2>{say("document.changes")}</h2>
          <Changes runs={tools.compared(base, tools.written(shown.body))} label={say("changes.lines")} />
          <Plan plan={shown.plan} document={shown.body} locate={shown.parsed.locate} onPlace={setCaret} />
          {shown.plan.refusals.length === 0 && shown.plan.outcome !== "unchanged" && (
            <div class="narrow"><Button kind="act" icon="check" onPress={() => apply(shown.body, shown.parsed)}>{say(shown.plan.revision === null ? "document.create" : "document.apply", { revision: count((shown.plan.revision ?? 0) + 1) })}</Button></div>
          )}
        </section>
      )}
    </>
  );
}

/** Each place that the stack refuses, with its line. */
function faultsOf(failure: ProblemError, parsed: Parsed): Fault[] {
  return placesOf(failure).map(({ place, message }) => ({ ...parsed.locate(place), place, message })).sort((a, b) => a.line - b.line);
}

function draftOf(campaignId: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(campaignId)) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

function keep(campaignId: string, draft: Draft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(keyOf(campaignId));
    else sessionStorage.setItem(keyOf(campaignId), JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing: the text lives as long as the page.
  }
}

// YAML and differences, loaded when somebody opens the document editor: no other screen carries them.
//
// YAML's core schema is read, as by couponctl: `no` and `10:00` are texts. A place that the stack names is found again
// by the range of its node.

import { applyPatch, diffLines, structuredPatch } from "diff";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Document, type Node } from "yaml";
import type { Campaign } from "./batches";

/** One place of the text, lines counted from 1. */
export interface Fault {
  line: number;
  from: number;
  to: number;
  message: string;
  /** Of YAML's reader, whose sentences are in English. */
  code?: string;
  place?: string;
}

export interface Parsed {
  faults: Fault[];
  /** Null where a fault is in the way. */
  body: Campaign | null;
  /** Where a place of the stack, as `body.batches.0.title` or `batches[pack].title`, is in the text. */
  locate: (place: string) => { line: number; from: number; to: number };
}

const IDS = ["batch_id", "terms_id", "funder_id", "merchant_id", "store_id", "limit_id", "section_id"];
const REVISION = /^revision: .*$/m;
const STEP = /([^.[\]]+)|\[([^\]]+)\]/g;

/** The document as text; what is null or empty says nothing, and an absent field means the same. */
export function written(document: object): string {
  return stringify(document, bare, { lineWidth: 0, schema: "core" });
}

function bare(_: unknown, value: unknown): unknown {
  const isNothing = value === null || (Array.isArray(value) && value.length === 0);
  return isNothing ? undefined : value;
}

export function parsed(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "core", lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos: [from, to] }) => ({ line: lineAt(from), from, to, code, message }));
  const locate = (place: string) => {
    const node = nodeAt(document, stepsOf(place));
    const [from, to] = node?.range ?? [0, 0];
    return { line: lineAt(from), from, to: Math.min(to, endOfLine(text, from)) };
  };
  if (faults.length > 0) return { faults, body: null, locate };
  try {
    const body: unknown = document.toJS({ maxAliasCount: 100 });
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return { faults, body: body as Campaign, locate };
    return { faults: [{ line: 1, from: 0, to: 0, message: "must be an object" }], body: null, locate };
  } catch (error) {
    return { faults: [{ line: 1, from: 0, to: 0, message: String((error as Error).message) }], body: null, locate };
  }
}

function stepsOf(place: string): (string | number)[] {
  const steps = [...place.matchAll(STEP)].map(([, name, item]) => item ?? (/^\d+$/.test(name!) ? Number(name) : name!));
  return steps[0] === "body" ? steps.slice(1) : steps;
}

/** The node of a place; of a field that is missing, the object that lacks it. Of a block, its key: people look there. */
function nodeAt(document: Document, steps: (string | number)[]): Node | null {
  let node: unknown = document.contents;
  let shown: Node | null = document.contents as Node | null;
  for (const step of steps) {
    let next: unknown;
    let key: unknown;
    if (isSeq(node)) {
      next = node.items.find((item, at) => (typeof step === "number" ? at === step : isMap(item) && IDS.some((id) => item.get(id) === step)));
    } else if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(step));
      [next, key] = [pair?.value, pair?.key];
    }
    if (next === undefined || next === null) return (key as Node | undefined) ?? shown;
    node = next;
    shown = (isScalar(next) || key === undefined ? next : key) as Node;
  }
  return shown;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** A run of lines of two texts; `same` ones far from a change are cut out by the page. */
export interface Run {
  kind: "same" | "added" | "removed";
  lines: string[];
}

export function compared(before: string, after: string): Run[] {
  return diffLines(before, after).map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    lines: value.replace(/\n$/, "").split("\n"),
  }));
}

/** `mine`, which began from `base`, with its changes carried into `theirs`; null where both changed the same lines. */
export function carried(base: string, mine: string, theirs: string): string | null {
  const unnumbered = (text: string) => text.replace(REVISION, "revision: 0");
  const patch = structuredPatch("", "", unnumbered(base), unnumbered(mine), "", "", { context: 2 });
  const merged = applyPatch(unnumbered(theirs), patch);
  return merged === false ? null : withRevision(merged, theirs);
}

/** `text` with the revision of `from`. */
export function withRevision(text: string, from: string): string {
  const line = REVISION.exec(from)?.[0] ?? "";
  return REVISION.test(text) ? text.replace(REVISION, line) : text.replace(/^(campaign_id: .*\n)/m, `$1${line}\n`);
}

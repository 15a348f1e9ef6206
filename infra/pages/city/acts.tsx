// What can be done to a batch: quiet rows. A row opens in place and says what its act would do; its last line is the
// button that names the act. Afterwards it says when the public read shows that the act is in force.

import { useRef, useState } from "preact/hooks";
import { ApiError, UnreachableError, type Call } from "../shared/api";
import { nowS } from "../shared/clock";
import { Icon, type IconName } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { actsOf, isInForce, type Act, type BatchView, type Campaign, type Row } from "./batches";
import { Extend, Pause, Publish, Raise, Resume, Stop } from "./consequences";
import { Failure } from "./parts";
import { consoleHref } from "./place";
import { api, noticed } from "./stack";
import { say, second, type CityWord } from "./words";
import type { Schema } from "../shared/routes";

type State = Schema<"BatchState">;

/** What an act needs: its route is fixed by its name. */
export interface Order {
  act: Act;
  body: unknown;
  /** Packs in all, of a raise. */
  quantity?: number;
}

export interface Form {
  row: Row;
  document: Campaign;
  /** Set while an act is sent or looked for. */
  busy: boolean;
  send: (order: Order) => void;
}

type Progress =
  | { state: "idle" }
  | { state: "sending" }
  | { state: "failed"; failure: ApiError; order: Order }
  | { state: "answered" | "in-force" | "not-seen"; act: Act; answer: State; replayed: boolean; atS: number };

const NAMES: Record<Act, CityWord> = {
  publish: "act.publish", pause: "act.pause", resume: "act.resume", raise: "act.raise", extend: "act.extend", stop: "act.stop",
};
const SAID: Record<Act, CityWord> = {
  publish: "act.publish-said", pause: "act.pause-said", resume: "act.resume-said",
  raise: "act.raise-said", extend: "act.extend-said", stop: "act.stop-said",
};
const DONE: Record<Act, CityWord> = {
  publish: "act.publish-done", pause: "act.pause-done", resume: "act.resume-done",
  raise: "act.raise-done", extend: "act.extend-done", stop: "act.stop-done",
};
const ICONS: Record<Act, IconName> = { publish: "sound", pause: "pause", resume: "refresh", raise: "plus", extend: "calendar", stop: "stop" };
const FORMS = { publish: Publish, pause: Pause, resume: Resume, raise: Raise, extend: Extend, stop: Stop };

/** An act reaches every function within so long; one that answers earlier speaks for itself alone. */
const EVERYWHERE_S = 2;
/** So long before entries open the packs of a draw are final: a late raise must not be overtaken by a receipt. */
const FENCE_S = 30;
const LOOK_EVERY_S = 0.5;
const LOOKS_MAX = 30;

interface Props {
  row: Row;
  document: Campaign;
  /** What the public read shows of the batch, as soon as it is known. */
  onSeen: (view: BatchView) => void;
  again: () => void;
}

export function Acts({ row, document, onSeen, again }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [open, setOpen] = useState<Act | null>(null);
  const [progress, setProgress] = useState<Progress>({ state: "idle" });
  const busy = progress.state === "sending" || progress.state === "answered";
  const send = async (order: Order) => {
    setProgress({ state: "sending" });
    try {
      const { body, replayed } = await asked(row.batchId, order);
      const told = { act: order.act, answer: body, replayed, atS: api.time.nowS() };
      setOpen(null);
      // The button is gone, and its row may go too.
      heading.current?.focus();
      if (order.act === "extend") return setProgress({ ...told, state: "in-force" });
      setProgress({ ...told, state: "answered" });
      const seen = await lookedFor(row.batchId, order, onSeen);
      setProgress({ ...told, state: seen ? "in-force" : "not-seen", atS: api.time.nowS() });
    } catch (error) {
      setProgress({ state: "failed", failure: noticed(error), order });
    } finally {
      again();
    }
  };
  return (
    <section class="stack" aria-labelledby="acts">
      <h2 id="acts" ref={heading} tabIndex={-1}>{say("act.title")}</h2>
      <Told progress={progress} document={document} repeat={send} />
      <ul class="acts card">
        {actsOf(row.view?.status ?? null, isFinal(row)).map((act) => {
          const Consequence = FORMS[act];
          const isVoid = act === "stop" && row.view?.status === "stopped";
          return (
            <li key={act}>
              <button type="button" class="act-row" aria-expanded={open === act} aria-controls={`act-${act}`} onClick={() => setOpen(open === act ? null : act)}>
                <Icon name={ICONS[act]} />
                <span><b>{say(isVoid ? "act.void" : NAMES[act])}</b><span class="note">{say(isVoid ? "act.void-said" : SAID[act])}</span></span>
                <span class="turn"><Icon name="back" /></span>
              </button>
              <div id={`act-${act}`} class="consequence" hidden={open !== act}>
                {open === act && <Consequence row={row} document={document} busy={busy} send={send} />}
              </div>
            </li>
          );
        })}
      </ul>
      <p><a href={consoleHref(document.campaign_id, "audit", row.view ? row.batchId : undefined)}>{say("act.audit")}</a></p>
    </section>
  );
}

/** A draw has as many packs as when its entries open. */
function isFinal({ view }: Row): boolean {
  return view?.mode === "lottery" && view.booking !== null && (nowS.value ?? 0) >= Date.parse(view.booking.opens_at) / 1000 - FENCE_S;
}

function Told({ progress, document, repeat }: { progress: Progress; document: Campaign; repeat: (order: Order) => void }) {
  if (progress.state === "idle") return null;
  if (progress.state === "sending") return <Notice mood="wait" live="status">{say("act.sending")}</Notice>;
  if (progress.state === "failed") {
    const { failure, order } = progress;
    if (!(failure instanceof UnreachableError)) return <Failure failure={failure} />;
    return (
      <Failure failure={failure} again={() => repeat(order)}>
        <p>{say("act.unanswered")}</p>
      </Failure>
    );
  }
  const facts = { quantity: progress.answer.quantity, days: progress.answer.extended_days };
  const title = say(progress.act === "stop" && progress.answer.voided ? "act.void-done" : DONE[progress.act], facts);
  const said = {
    answered: say("act.looking"),
    "in-force": say(progress.act === "extend" ? "act.accepted-at" : "act.in-force", { time: second(progress.atS, document) }),
    "not-seen": say("act.not-seen"),
  }[progress.state];
  return (
    <Notice mood={progress.state === "in-force" ? "done" : "wait"} live="status" title={title}>
      <p>{said}{progress.replayed && ` ${say("act.already")}`}</p>
    </Notice>
  );
}

/** Every act may be repeated: the second changes nothing. */
function asked(batchId: string, { act, body }: Order) {
  const call: Call = { path: { batch_id: batchId }, body, writes: false };
  switch (act) {
    case "publish": return api.call("POST /admin/batches/{batch_id}/publish", call);
    case "pause": return api.call("POST /admin/batches/{batch_id}/pause", call);
    case "resume": return api.call("POST /admin/batches/{batch_id}/resume", call);
    case "stop": return api.call("POST /admin/batches/{batch_id}/stop", call);
    case "extend": return api.call("POST /admin/batches/{batch_id}/extend", call);
    case "raise": return api.call("PUT /admin/batches/{batch_id}/quantity", call);
  }
}

/** Whether the public read has come to show the act, once every function must have it. */
async function lookedFor(batchId: string, { act, quantity = 0 }: Order, onSeen: (view: BatchView) => void): Promise<boolean> {
  const sinceS = api.device.monotonicS();
  for (let look = 1; look <= LOOKS_MAX; look++) {
    try {
      const { body }: { body: BatchView } = await api.call("GET /batches/{batch_id}", { path: { batch_id: batchId } });
      const shows = isInForce(act, body, quantity);
      if (shows) onSeen(body);
      if (shows && api.device.monotonicS() - sinceS >= EVERYWHERE_S) return true;
    } catch {
      // Not published everywhere yet, or the line is down for a moment: the next look decides.
    }
    await api.device.sleep(LOOK_EVERY_S);
  }
  return false;
}

// A batch that pays venues: nobody claims it. What it has paid, what it covers, and what can be done to it.

import { useState } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { Button } from "../../shared/parts/button";
import { Icon } from "../../shared/parts/icons";
import { Notice } from "../../shared/parts/notice";
import { titled } from "../../shared/words";
import { Publish } from "../consequences";
import type { Campaign, Row } from "../batches";
import { Failure, Sentences } from "../parts";
import { api, noticed } from "../stack";
import { count, moment, money, say } from "../words";
import { tell } from "./words";

interface Props {
  row: Row;
  document: Campaign;
}

/** What is paid, of what is set aside. */
export function VenueMeasure({ row, document }: Props) {
  if (!row.paid) return <p class="note measure">{tell("venue.planned", { quantity: count(row.quantity) })}</p>;
  const { reservedMinor, spentMinor } = row.paid;
  return <p class="note measure">{tell("venue.paid", { spent: money(spentMinor, document), reserved: money(reservedMinor, document) })}</p>;
}

type Act = "pause" | "resume" | "stop";
const ICONS = { pause: "pause", resume: "refresh", stop: "stop" } as const;
const GO = { pause: "venue.pause-go", resume: "venue.resume-go", stop: "venue.stop-go" } as const;
const SAID = { pause: "venue.pause-said", resume: "venue.resume-said", stop: "venue.stop-said" } as const;
const DONE = { pause: "venue.pause-done", resume: "venue.resume-done", stop: "venue.stop-done", publish: "venue.publish-done" } as const;

export function VenueBatch({ row, document, again }: Props & { again: () => void }) {
  const batch = document.batches.find((one) => one.batch_id === row.batchId);
  const terms = document.terms.find(({ terms_id }) => terms_id === batch?.terms[0]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [done, setDone] = useState<keyof typeof DONE | null>(null);
  const send = async (act: keyof typeof DONE) => {
    setBusy(true);
    setFailure(null);
    setDone(null);
    const path = { batch_id: row.batchId };
    const call = { path, writes: false };
    try {
      if (act === "publish") await api.call("POST /admin/batches/{batch_id}/publish", { ...call, body: {} });
      if (act === "pause") await api.call("POST /admin/batches/{batch_id}/pause", { ...call, body: {} });
      if (act === "resume") await api.call("POST /admin/batches/{batch_id}/resume", { ...call, body: {} });
      if (act === "stop") await api.call("POST /admin/batches/{batch_id}/stop", { ...call, body: { issued: "keep" } });
      setDone(act);
    } catch (error) {
      setFailure(noticed(error));
    }
    setBusy(false);
    again();
  };
  return (
    <section class="stack">
      <h2>{tell("venue.what")}</h2>
      <Sentences
        said={[
          tell("venue.nobody-claims"),
          terms !== undefined && tell("venue.terms", { terms: titled(terms.title).text }),
          tell("venue.covers", { quantity: count(row.quantity) }),
          tell("venue.window", { opens: moment(row.opensAt, document), closes: moment(row.closesAt, document) }),
          row.paid ? tell("venue.paid", { spent: money(row.paid.spentMinor, document), reserved: money(row.paid.reservedMinor, document) }) : tell("venue.not-yet"),
          tell("venue.lag"),
          tell("venue.never"),
        ]}
      />
      <p class="note">{tell("venue.id", { batch: row.batchId })}</p>
      {failure && <Failure failure={failure} />}
      {done && <Notice mood="done" live="status" title={tell(DONE[done])} />}
      <h2>{say("act.title")}</h2>
      {row.paid === null ? (
        <Publish row={row} document={document} busy={busy} send={() => void send("publish")} />
      ) : (
        <VenueActs busy={busy} send={send} />
      )}
    </section>
  );
}

/** The public reads do not know such a batch, so which of these is in force is not shown; each may be repeated. */
function VenueActs({ busy, send }: { busy: boolean; send: (act: Act) => void }) {
  const [open, setOpen] = useState<Act | null>(null);
  return (
    <ul class="acts card">
      {(["pause", "resume", "stop"] as const).map((act) => (
        <li key={act}>
          <button type="button" class="act-row" aria-expanded={open === act} aria-controls={`act-${act}`} onClick={() => setOpen(open === act ? null : act)}>
            <Icon name={ICONS[act]} />
            <span><b>{say(`act.${act}`)}</b><span class="note">{tell(SAID[act])}</span></span>
            <span class="turn"><Icon name="back" /></span>
          </button>
          <div id={`act-${act}`} class="consequence" hidden={open !== act}>
            {open === act && (
              <>
                <Sentences said={[tell(SAID[act]), tell("venue.who-booked"), act === "stop" && tell("venue.stop-good")]} />
                <Button kind="act" icon={ICONS[act]} busy={busy} onPress={() => { send(act); setOpen(null); }}>{tell(GO[act])}</Button>
              </>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

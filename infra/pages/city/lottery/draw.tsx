// The draw of a batch in the console: how far it is, what is next and when, the digits to announce, and the public number.

import { nowS } from "../../shared/clock";
import { BEACON_WITHIN_S, SEALED_BEFORE_S, type Draw } from "../../shared/lottery";
import { Copy, Digits } from "../../shared/parts/digits";
import { Chip, Notice, type Mood } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import type { Campaign, Row } from "../batches";
import { Sentences, Table, Told, Waiting } from "../parts";
import { api, useReading } from "../stack";
import { count, moment, type Local } from "../words";
import { BeaconForm } from "./beacon";
import { tell, type Word } from "./words";

const EVERY_S = 5;
/** From so long before the last moment on, a list that is not sealed is warned of. */
const WARN_BEFORE_S = 3_600;

export const STATES: Record<Draw["state"], [Mood, Word]> = {
  collecting: ["note", "state.collecting"],
  committed: ["wait", "state.committed"],
  drawn: ["done", "state.drawn"],
  "reserve-2": ["done", "state.reserve"],
  "reserve-3": ["done", "state.reserve"],
  final: ["done", "state.final"],
  void: ["stop", "state.void"],
  abandoned: ["stop", "state.abandoned"],
  broken: ["stop", "state.broken"],
};

export function DrawOf({ row, document }: { row: Row; document: Campaign }) {
  const read = useReading(
    `draw ${row.batchId}`,
    async (signal) => (await api.call("GET /batches/{batch_id}/draw", { path: { batch_id: row.batchId }, signal })).body,
    EVERY_S,
  );
  const draw = read.value;
  if (draw === null) {
    return (
      <section class="stack">
        <h2>{tell("draw.title")}</h2>
        <Waiting read={read} />
      </section>
    );
  }
  const [mood, word] = STATES[draw.state];
  return (
    <section class="stack">
      <div class="title-row">
        <h2>{tell("draw.title")}</h2>
        <Chip mood={mood}>{tell(word)}</Chip>
      </div>
      <Next draw={draw} document={document} />
      <Warned draw={draw} row={row} document={document} />
      <Announce draw={draw} local={document} />
      <BeaconForm draw={draw} batchId={row.batchId} local={document} again={read.again} />
      <Cohorts draw={draw} local={document} />
      <p><a href={`/#/batches/${encodeURIComponent(row.batchId)}/draw`}>{tell("draw.public")}</a></p>
    </section>
  );
}

/** What happens next by itself or by hand, each with its time. */
function Next({ draw, document }: { draw: Draw; document: Campaign }) {
  const batch = document.batches.find(({ batch_id }) => batch_id === draw.batch_id);
  const atS = epochS(draw.at);
  const told = (at: string | number) => moment(at, document);
  const last = draw.cohorts[draw.cohorts.length - 1];
  const entries = draw.entries === null ? false : tell("next.entries", { count: count(draw.entries) });
  if (draw.end) return <Sentences said={[entries, tell("next.ended", { moment: told(draw.end.at) }), draw.end.claims !== null && tell("next.claims", { count: count(draw.end.claims) })]} />;
  if (last) return <Sentences said={[entries, tell("next.claiming", { count: count(last.admitted), moment: told(last.claim_by) }), tell("next.reserve")]} />;
  if (draw.commitment) {
    return <Sentences said={[entries, (nowS.value ?? 0) < atS && tell("next.announce", { moment: told(draw.at) }), tell("next.beacon", { round: draw.round, moment: told(draw.at) }), tell("next.beacon-late", { moment: told(atS + BEACON_WITHIN_S) })]} />;
  }
  return (
    <Sentences
      said={[
        batch?.booking != null && tell("next.entries-close", { moment: told(batch.booking.closes_at) }),
        tell("next.sealing", { moment: told(atS - SEALED_BEFORE_S) }),
        tell("next.draw", { moment: told(draw.at), round: draw.round }),
        tell("next.no-raise"),
      ]}
    />
  );
}

/** What would make the draw void, while it can still be prevented; and why it has ended early. */
function Warned({ draw, row, document }: { draw: Draw; row: Row; document: Campaign }) {
  const now = nowS.value ?? 0;
  const atS = epochS(draw.at);
  if (draw.end && draw.end.state !== "final") {
    return (
      <Notice mood="stop" title={tell("ended.title")}>
        {draw.end.why && <p><Told detail={draw.end.why} /></p>}
        <p>{tell("ended.then", { batch: row.batchId })}</p>
      </Notice>
    );
  }
  if (!draw.commitment && now >= atS - SEALED_BEFORE_S - WARN_BEFORE_S) {
    return <Notice mood="stop" live="alert" title={tell("warn.sealing")}><p>{tell("warn.sealing-then", { moment: moment(atS - SEALED_BEFORE_S, document) })}</p></Notice>;
  }
  if (draw.commitment && !draw.beacon && now >= atS) {
    return <Notice mood="wait" live="status" title={tell("warn.beacon")} />;
  }
  if (draw.beacon && draw.cohorts.length === 0 && !draw.end) return <Notice mood="wait" live="status" title={tell("warn.computing")} />;
  return null;
}

/** All 64 digits: press, notary and a time stamp witness them before the draw. */
function Announce({ draw, local }: { draw: Draw; local: Local }) {
  if (!draw.commitment) return null;
  return (
    <div class="card stack">
      <h3>{tell("seal.title")}</h3>
      <p>{tell("seal.why", { moment: moment(draw.commitment.committed_at, local) })}</p>
      <p><Digits hex={draw.commitment.hash} /></p>
      <div class="narrow"><Copy text={draw.commitment.hash} kind="edge" words={{ copy: tell("seal.copy"), copied: tell("copy.done"), byHand: tell("copy.by-hand") }} /></div>
    </div>
  );
}

function Cohorts({ draw, local }: { draw: Draw; local: Local }) {
  if (draw.cohorts.length === 0) return null;
  return (
    <Table
      caption={tell("cohort.caption")}
      head={[tell("cohort.name"), tell("cohort.admitted"), tell("cohort.claim-by"), tell("cohort.claims")]}
      rows={draw.cohorts.map(({ cohort, admitted, claim_by, claims }) => [
        cohort === 1 ? tell("cohort.first") : tell("cohort.reserve", { number: cohort - 1 }),
        count(admitted),
        moment(claim_by, local),
        claims === null ? tell("cohort.none-before") : count(claims),
      ])}
    />
  );
}

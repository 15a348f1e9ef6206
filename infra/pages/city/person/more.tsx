// What the hotline sees of a person beside coupons: slots that were missed, which can be excused, and points.

import { useState } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { Button } from "../../shared/parts/button";
import { Chip, Notice } from "../../shared/parts/notice";
import type { Schema } from "../../shared/routes";
import { listed } from "../../shared/words";
import { Failure, Sentences } from "../parts";
import { lastDay } from "../points/ends";
import { api, noticed } from "../stack";
import { count, moment, type Local } from "../words";
import { tell } from "./words";

type Strike = Schema<"StrikeView">;
type Excused = Schema<"ExcuseView">;

interface Props {
  personId: string;
  person: Pick<Schema<"PersonView">, "strikes" | "points">;
  local: Local;
}

export function PersonMore({ personId, person, local }: Props) {
  return (
    <>
      {person.strikes.length > 0 && <Strikes personId={personId} strikes={person.strikes} local={local} />}
      {person.points.length > 0 && <h2>{tell("person.points")}</h2>}
      <ul class="lines">{person.points.map((one) => <Points key={one.program_id} of={one} local={local} />)}</ul>
    </>
  );
}

function Points({ of: { program_id, balance, debt, by_expiry }, local }: { of: Schema<"PersonPointsView">; local: Local }) {
  const ends = by_expiry.map(({ expires_at, points }) => tell("person.until", { points: count(points), day: lastDay(expires_at, local) }));
  return (
    <li class="line">
      <div>
        <p class="what">{tell("person.balance", { points: count(balance) })}</p>
        <p class="note">{ends.length > 0 ? listed(ends) : tell("person.no-points")}</p>
      </div>
      <div>{debt > 0 && <Chip mood="stop">{tell("person.debt", { points: count(debt) })}</Chip>}</div>
      <p class="note measure"><code>{program_id}</code></p>
    </li>
  );
}

function Strikes({ personId, strikes: found, local }: { personId: string; strikes: Strike[]; local: Local }) {
  const [strikes, setStrikes] = useState(found);
  const [open, setOpen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [done, setDone] = useState<Excused | null>(null);
  const send = async ({ slot_id, excused }: Strike) => {
    setBusy(true);
    setFailure(null);
    setDone(null);
    try {
      const { body } = await api.call("PUT /admin/strikes", { body: { person_id: personId, slot_id, excused: !excused } });
      setDone(body);
      setOpen(null);
      setStrikes(strikes.map((one) => (one.slot_id === slot_id ? { ...one, excused: body.excused, banned_until: body.banned_until } : one)));
    } catch (error) {
      setFailure(noticed(error));
    }
    setBusy(false);
  };
  return (
    <>
      <h2>{tell("strikes.title")}</h2>
      {failure && <Failure failure={failure} />}
      {done && (
        <Notice mood="done" live="status" title={tell(done.excused ? "strikes.excused-done" : "strikes.counted-done")}>
          <p>{tell("strikes.left", { count: count(done.strikes) })}</p>
          <p>{done.banned_until ? tell("strikes.banned", { time: moment(done.banned_until, local) }) : tell("strikes.free")}</p>
        </Notice>
      )}
      <ul class="lines">
        {strikes.map((one) => (
          <li key={one.slot_id} class="line strike">
            <div>
              <p class="what numbers">{moment(one.starts_at, local)}</p>
              <p class="note"><code>{one.slot_id}</code></p>
            </div>
            <div><Chip mood={one.excused ? "note" : "stop"}>{tell(one.excused ? "strikes.excused" : "strikes.counts")}</Chip></div>
            <p class="note measure">{one.banned_until ? tell("strikes.banned", { time: moment(one.banned_until, local) }) : tell("strikes.free")}</p>
            <div class="stack decision">
              {open === one.slot_id ? <Decision strike={one} local={local} busy={busy} send={() => void send(one)} back={() => setOpen(null)} /> : (
                <Button kind="quiet" onPress={() => { setOpen(one.slot_id); setDone(null); }}>{tell(one.excused ? "strikes.count" : "strikes.excuse")}</Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What follows, before the button that names the act. */
function Decision({ strike, local, busy, send, back }: { strike: Strike; local: Local; busy: boolean; send: () => void; back: () => void }) {
  const { excused, banned_until } = strike;
  const said = excused
    ? [tell("strikes.count-said"), tell("strikes.count-ban")]
    : [tell("strikes.excuse-said"), banned_until ? tell("strikes.excuse-ban", { time: moment(banned_until, local) }) : tell("strikes.excuse-free")];
  return (
    <>
      <Sentences said={[...said, tell("strikes.logged"), tell("strikes.undo")]} />
      <Button kind="edge" busy={busy} onPress={send}>{tell(excused ? "strikes.count-go" : "strikes.excuse-go")}</Button>
      <Button kind="quiet" onPress={back}>{tell("strikes.back")}</Button>
    </>
  );
}

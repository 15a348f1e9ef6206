// A facility's day for those who run it: what is booked, and what a venue can do about one slot.

import { useRef, useState } from "preact/hooks";
import { ProblemError, type ApiError } from "../shared/api";
import { clockOf, dateOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Icon } from "../shared/parts/icons";
import { Chip, Notice, type Mood } from "../shared/parts/notice";
import { nowS } from "../shared/clock";
import type { Schema } from "../shared/routes";
import { language, titled } from "../shared/words";
import { AsOf, Failure, Sentences, Title, Waiting } from "./parts";
import { reasonOf, unitsOf } from "./slot_fields";
import { api, noticed, useReading } from "./stack";
import { count, say, type CityWord, type Local } from "./words";

type Slot = Schema<"SlotView">;
type Facility = Schema<"FacilityView">;

const EVERY_S = 5;

/** All facilities of a campaign: few, but in pages. */
async function facilitiesOf(campaignId: string, signal: AbortSignal): Promise<Facility[]> {
  const path = { campaign_id: campaignId };
  const found: Facility[] = [];
  let cursor: string | null = null;
  do {
    const { body }: { body: Schema<"FacilityPage"> } = await api.call("GET /campaigns/{campaign_id}/facilities", { path, query: { cursor }, signal });
    found.push(...body.facilities);
    cursor = body.next;
  } while (cursor !== null);
  return found;
}

async function venuesOf(campaignId: string, signal: AbortSignal) {
  const path = { campaign_id: campaignId };
  const [season, facilities] = await Promise.all([api.call("GET /campaigns/{campaign_id}", { path, signal }), facilitiesOf(campaignId, signal)]);
  return { local: season.body as Local, facilities };
}

export function Slots({ campaignId }: { campaignId: string }) {
  const read = useReading(campaignId, (signal) => venuesOf(campaignId, signal));
  return (
    <div class="stack">
      <Title text={say("console.slots")} />
      {read.value === null && <Waiting read={read} />}
      {read.value?.facilities.length === 0 && <p>{say("slots.no-facilities")}</p>}
      {read.value && read.value.facilities.length > 0 && <Facilities {...read.value} />}
    </div>
  );
}

function Facilities({ facilities, local }: { facilities: Facility[]; local: Local }) {
  const [chosen, setChosen] = useState(facilities[0]!.facility_id);
  const [day, setDay] = useState(dateOf(api.time.isKnown ? api.time.nowS() : 0, local.timezone));
  return (
    <>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <div class="field">
          <label for="facility">{say("slots.facility")}</label>
          <select id="facility" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {facilities.map((one) => <option key={one.facility_id} value={one.facility_id}>{titled(one.title ?? one.facility_id).text}</option>)}
          </select>
        </div>
        <Field id="slots-day" label={say("slots.day")} value={day} onValue={setDay} input={{ type: "date" }} />
      </form>
      {/^\d{4}-\d\d-\d\d$/.test(day) && <Day key={`${chosen} ${day}`} facilityId={chosen} day={day} local={local} />}
    </>
  );
}

function Day({ facilityId, day, local }: { facilityId: string; day: string; local: Local }) {
  const path = { facility_id: facilityId };
  const read = useReading(`${facilityId} ${day}`, async (signal) => (await api.call("GET /facilities/{facility_id}/slots", { path, query: { day }, signal })).body, EVERY_S);
  const [open, setOpen] = useState<string | null>(null);
  if (read.value === null) return <Waiting read={read} />;
  const { slots, closed } = read.value;
  return (
    <section class="stack">
      <AsOf asOfS={read.asOfS} local={local} />
      {read.failure && <Failure failure={read.failure} again={read.again} />}
      {closed && <Notice title={say("slots.closed-day", { reason: titled(closed).text })} />}
      {slots.length === 0 && !closed && <p>{say("slots.none")}</p>}
      {slots.length > 0 && (
        <ul class="acts card">
          {slots.map((slot) => (
            <li key={slot.slot_id}>
              <Row slot={slot} local={local} isOpen={open === slot.slot_id} onPress={() => setOpen(open === slot.slot_id ? null : slot.slot_id)} />
              <div id={`slot-${slot.slot_id}`} class="consequence" hidden={open !== slot.slot_id}>
                {open === slot.slot_id && <Choices slot={slot} local={local} again={read.again} />}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const STATUSES: Record<Slot["status"], [Mood, CityWord]> = {
  "not-open": ["note", "slot.not-open"], open: ["done", "slot.open"], full: ["wait", "slot.full"], closed: ["note", "slot.closed"], cancelled: ["stop", "slot.cancelled"],
};

const spanOf = (slot: Slot, { timezone }: Local) => `${clockOf(slot.starts_at, timezone, language.value)}–${clockOf(slot.ends_at, timezone, language.value)}`;

function Row({ slot, local, isOpen, onPress }: { slot: Slot; local: Local; isOpen: boolean; onPress: () => void }) {
  const [mood, word] = STATUSES[slot.status];
  return (
    <button type="button" class="act-row wraps" aria-expanded={isOpen} aria-controls={`slot-${slot.slot_id}`} onClick={onPress}>
      <span>
        <b class="numbers">{spanOf(slot, local)}</b>
        <span class="note numbers">{say("slots.booked", { booked: count(slot.booked), units: count(slot.units) })}{slot.waiting > 0 && ` · ${say("slots.waiting", { waiting: count(slot.waiting) })}`}</span>
      </span>
      <span class="end"><Chip mood={mood}>{say(word)}</Chip></span>
      <span class="turn"><Icon name="back" /></span>
    </button>
  );
}

type Told = { kind: "idle" } | { kind: "sending" } | { kind: "failed"; failure: ApiError } | { kind: "done"; word: CityWord; replayed: boolean };

function Choices({ slot, local, again }: { slot: Slot; local: Local; again: () => void }) {
  const [told, setTold] = useState<Told>({ kind: "idle" });
  const place = useRef<HTMLDivElement>(null);
  const isOver = (nowS.value ?? 0) >= Date.parse(slot.ends_at) / 1000;
  const send = async (body: { cancelled: string } | { units: number }) => {
    setTold({ kind: "sending" });
    try {
      const { replayed } = await api.call("PUT /admin/slots/{slot_id}", { path: { slot_id: slot.slot_id }, body });
      setTold({ kind: "done", word: "cancelled" in body ? "slots.cancel-done" : "slots.units-done", replayed });
      // The button may go.
      place.current?.focus();
    } catch (error) {
      setTold({ kind: "failed", failure: noticed(error) });
    }
    again();
  };
  return (
    <div class="stack" ref={place} tabIndex={-1}>
      {told.kind === "failed" && <Failure failure={told.failure} title={stoppedOf(told.failure)} />}
      {told.kind === "done" && <Notice mood="done" live="status" title={say(told.word)}>{told.replayed && <p>{say("act.already")}</p>}</Notice>}
      {slot.status === "cancelled" && <p>{say("slots.cancelled-for", { reason: slot.reason ?? "" })}</p>}
      {isOver && <p>{say("slots.over")}</p>}
      {slot.status !== "cancelled" && !isOver && (
        <>
          <Cancel slot={slot} local={local} busy={told.kind === "sending"} send={send} />
          <Units slot={slot} busy={told.kind === "sending"} send={send} />
        </>
      )}
    </div>
  );
}

/** Another word than of a batch. */
function stoppedOf(failure: ApiError): string | undefined {
  return failure instanceof ProblemError && failure.slug === "stopped" ? say("slots.stopped") : undefined;
}

interface Form {
  slot: Slot;
  busy: boolean;
  send: (body: { cancelled: string } | { units: number }) => void;
}

/** Its last line is the button that names the act. */
function Cancel({ slot, local, busy, send }: Form & { local: Local }) {
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();
  const go = () => {
    const cancelled = reasonOf(reason);
    if (cancelled === null) return setFault(say("slots.reason-fault"));
    setFault(undefined);
    send({ cancelled });
  };
  return (
    <section class="stack">
      <h2>{say("slots.cancel")}</h2>
      <Sentences said={[say("slots.cancel-people", { booked: count(slot.booked), waiting: count(slot.waiting) }), say("slots.cancel-quota"), say("slots.cancel-good")]} />
      <Field id={`reason-${slot.slot_id}`} label={say("slots.reason")} hint={say("slots.reason-hint")} fault={fault} value={reason} onValue={setReason} input={{ autocomplete: "off" }} />
      <Button kind="act" icon="stop" busy={busy} onPress={go}>{say("slots.cancel-go", { span: spanOf(slot, local) })}</Button>
    </section>
  );
}

function Units({ slot, busy, send }: Form) {
  const [units, setUnits] = useState("");
  const [fault, setFault] = useState<string>();
  const number = unitsOf(units);
  const go = () => {
    if (number === null) return setFault(say("slots.units-fault"));
    setFault(undefined);
    send({ units: number });
  };
  const free = number === null ? 0 : Math.max(0, number - slot.booked);
  const consequences = number === null
    ? [say("slots.units-now", { units: count(slot.units) })]
    : [
        free > 0 && slot.waiting > 0 ? say("slots.units-promotes", { count: count(Math.min(free, slot.waiting)) }) : say("slots.units-nobody"),
        number < slot.booked && say("slots.units-over", { booked: count(slot.booked), units: count(number) }),
      ];
  return (
    <section class="stack">
      <h2>{say("slots.units")}</h2>
      <Sentences said={consequences} />
      <Field id={`units-${slot.slot_id}`} label={say("slots.units-label")} fault={fault} value={units} onValue={setUnits} input={{ inputMode: "numeric", autocomplete: "off" }} />
      <Button kind="edge" icon="list" busy={busy} onPress={go}>{number === null ? say("slots.units") : say("slots.units-go", { units: count(number) })}</Button>
    </section>
  );
}

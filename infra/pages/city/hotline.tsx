// The hotline: what a person who calls holds. Every look is logged, and the page says so before it is made.

import { useState } from "preact/hooks";
import type { ApiError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Chip, Notice, type Mood } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import { titled } from "../shared/words";
import type { Campaign } from "./batches";
import { Later } from "./later";
import { Failure, Name, Title, Waiting } from "./parts";
import { api, noticed, useDocument } from "./stack";
import { count, moment, money, say, type CityWord } from "./words";

type Person = Schema<"PersonView">;
type Coupon = Schema<"CouponView">;

const STATUSES: Record<Schema<"CouponStatus">, [Mood, CityWord]> = {
  available: ["done", "coupon.available"],
  held: ["wait", "coupon.held"],
  redeemed: ["note", "coupon.redeemed"],
  expired: ["note", "coupon.expired"],
  voided: ["stop", "coupon.voided"],
};

export function Hotline({ campaignId }: { campaignId: string }) {
  const read = useDocument(campaignId);
  return (
    <div class="stack">
      <Title text={say("console.hotline")} />
      {read.value ? <Desk local={read.value} /> : <Waiting read={read} />}
    </div>
  );
}

function Desk({ local }: { local: Campaign }) {
  const [id, setId] = useState("");
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [person, setPerson] = useState<{ id: string; held: Person } | null>(null);
  const look = async () => {
    if (id.trim() === "") return setFault(say("hotline.fault"));
    setFault(undefined);
    setBusy(true);
    setFailure(null);
    setPerson(null);
    try {
      // Not repeated by itself: each request is a line of the log.
      const person_id = id.trim();
      setPerson({ id: person_id, held: (await api.call("POST /admin/persons/lookup", { body: { person_id } })).body });
    } catch (error) {
      setFailure(noticed(error));
    }
    setBusy(false);
  };
  return (
    <>
      <Notice title={say("hotline.logged")}><p>{say("hotline.why")}</p></Notice>
      <form class="form" onSubmit={(event) => { event.preventDefault(); if (!busy) void look(); }}>
        <Field id="person" label={say("hotline.person")} fault={fault} value={id} onValue={setId} input={{ autocomplete: "off", spellcheck: false }} />
        <Button kind="act" icon="person" busy={busy} onPress={look}>{say("hotline.go")}</Button>
      </form>
      {failure && <Failure failure={failure} />}
      {person && <Found id={person.id} person={person.held} local={local} />}
      <p class="note">{say("hotline.assist")}</p>
    </>
  );
}

function Found({ id, person, local }: { id: string; person: Person; local: Campaign }) {
  const coupons = [...person.coupons].sort((a, b) => rank(a) - rank(b) || Date.parse(a.expires_at) - Date.parse(b.expires_at));
  return (
    <section class="stack" aria-live="polite">
      <h2>{coupons.length === 0 ? say("hotline.none") : say("hotline.coupons", { count: count(coupons.length) })}</h2>
      <p class="note">{say("asof.time", { time: moment(person.as_of, local) })}</p>
      {person.damaged > 0 && <Notice mood="stop" title={say("hotline.damaged", { count: count(person.damaged) })} />}
      <ul class="lines">{coupons.map((one) => <Line key={one.coupon_id} coupon={one} local={local} />)}</ul>
      {person.bookings.length > 0 && (
        <>
          <h2>{say("hotline.bookings")}</h2>
          <ul class="lines">
            {person.bookings.map((one) => (
              <li key={one.batch_id} class="line pair">
                <p class="what"><Batch id={one.batch_id} local={local} /></p>
                <p class="note">{say(one.status === "booked" ? "hotline.booked" : "hotline.cancelled", { at: moment(one.booked_at, local) })}</p>
              </li>
            ))}
          </ul>
        </>
      )}
      {(person.strikes.length > 0 || person.points.length > 0) && <Later of={({ PersonMore }) => <PersonMore key={`${id} ${person.as_of}`} personId={id} person={person} local={local} />} />}
    </section>
  );
}

/** A batch of this document by its title; of another one by its name. */
function Batch({ id, local }: { id: string; local: Campaign }) {
  const batch = local.batches.find((one) => one.batch_id === id);
  return batch ? <Name title={batch.title} /> : <code>{id}</code>;
}

const ORDER: Coupon["status"][] = ["held", "available", "redeemed", "expired", "voided"];
const rank = ({ status }: Coupon) => ORDER.indexOf(status);

function Line({ coupon, local }: { coupon: Coupon; local: Campaign }) {
  const [mood, word] = STATUSES[coupon.status];
  return (
    <li class="line">
      <div>
        <p class="what"><Name title={coupon.title} /></p>
        <p class="note">{saidOf(coupon, local)}</p>
      </div>
      <div><Chip mood={mood}>{say(word)}</Chip></div>
      <p class="note measure"><Batch id={coupon.batch_id} local={local} /></p>
    </li>
  );
}

function saidOf({ held_until, used, valid_from, expires_at }: Coupon, local: Campaign): string {
  if (used) return say("coupon.used-at", { at: moment(used.at, local), merchant: merchantOf(used.merchant_id, local), discount: money(used.discount_minor, local) });
  if (held_until) return say("coupon.held-until", { at: moment(held_until, local) });
  return say("coupon.window", { from: moment(valid_from, local), until: moment(expires_at, local) });
}

function merchantOf(id: string, { merchants }: Campaign): string {
  const merchant = merchants?.find((one) => one.merchant_id === id);
  return merchant ? titled(merchant.title).text : id;
}

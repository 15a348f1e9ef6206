// What became of one person at the door; it fills the screen in its colour, with a sign and a word.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/parts/button";
import { Icon, type IconName } from "../../shared/parts/icons";
import { Amount } from "../../shared/parts/ticket";

import { titled } from "../../shared/words";
import { felt } from "../feedback";
import { Badge } from "../frame";
import { SignIn } from "../parts";
import { orderHref } from "../place";
import { expired, sales } from "../shop";
import { clock, money, tell } from "../words";
import { askedAgain, next, type Done, type Phase } from "./arrival";
import { facilityNow, slots } from "./day";
import { refusedBy, unpaidBy } from "./refused";
import { say } from "./words";

type Look = "done" | "refused" | "kept";
type Ended = Exclude<Phase, { at: "waiting" } | { at: "sending" }>;
const SIGNS: Record<Look, IconName> = { done: "check", refused: "close", kept: "clock" };

function lookOf({ at }: Ended): Look {
  if (at === "in") return "done";
  return at === "refused" || at === "not-kept" ? "refused" : "kept";
}

export function Outcome({ now }: { now: Phase }) {
  const place = useRef<HTMLHeadingElement>(null);
  const ended = now as Ended;
  const look = lookOf(ended);
  const title = titleOf(ended);
  useEffect(() => {
    place.current?.focus();
    felt(look === "done" ? "done" : "stop");
  }, [now]);
  useEffect(() => {
    document.title = `${look === "refused" ? `${tell("shop.error")}: ` : ""}${title} · ${tell("shop.name")}`;
  });
  return (
    <main class={`result ${look}`}>
      <Badge />
      <Icon name={SIGNS[look]} />
      <h1 ref={place} tabIndex={-1}>{title}</h1>
      <Body now={ended} />
    </main>
  );
}

function titleOf(now: Ended): string {
  if (now.at === "in") return say("in.title");
  if (now.at === "refused") return refusedBy(now.refusal).title;
  return say(now.at === "unknown" ? "unknown.title" : now.at === "no-line" ? "no-line.title" : "not-kept.title");
}

function Body({ now }: { now: Ended }) {
  const toNext = <Button onPress={next}>{tell("act.next")}</Button>;
  switch (now.at) {
    case "in":
      return <Told act={toNext}><In done={now.done} /></Told>;
    case "refused": {
      const { said } = refusedBy(now.refusal);
      return (
        <Told act={toNext}>
          <p class="why">{said}</p>
          {now.slotId !== null && <Where slotId={now.slotId} />}
          {now.refusal.problem.reason === "coupon-code" && <p><a href="#/">{tell("nav.sale")}</a></p>}
        </Told>
      );
    }
    case "unknown": {
      const sale = sales.value.find(({ number }) => number === now.number);
      return (
        <Told act={<Button onPress={() => sale && void askedAgain(sale)}>{say("unknown.again")}</Button>}>
          <p class="why">{say("unknown.said")}</p>
          <p>{say("unknown.choice")}</p>
          <p class="numbers">{tell("order.number", { number: now.number })}</p>
          {expired.value && <SignIn kind="edge" />}
          <Button kind="edge" onPress={next}>{tell("act.next")}</Button>
        </Told>
      );
    }
    default:
      return <Told act={<Button onPress={next}>{tell("act.again")}</Button>}><p class="why">{say(now.at === "no-line" ? "no-line.said" : "not-kept.said")}</p></Told>;
  }
}

function Told({ children, act }: { children: ComponentChildren; act: ComponentChildren }) {
  return (
    <>
      <div class="told stack">{children}</div>
      <div class="thumb">{act}</div>
    </>
  );
}

function In({ done }: { done: Done }) {
  const { payable_minor, subsidy_minor, currency, reasons, checked_in_at, checkin_no, slot_id } = done;
  return (
    <>
      <Amount minor={payable_minor} currency={currency} look="till" />
      <p class="why">{payable_minor > 0 ? say("in.payable", { amount: money(payable_minor, currency) }) : say("in.free")}</p>
      <p><strong>{subsidy_minor > 0 ? say("in.paid", { amount: money(subsidy_minor, currency) }) : say("in.unpaid")}</strong></p>
      {reasons.map((reason) => <p key={reason}>{unpaidBy(reason)}</p>)}
      <p class="numbers">{say("in.at", { time: clock(checked_in_at) })}</p>
      <Where slotId={slot_id} />
      <p><a class="numbers" href={orderHref(checkin_no)} onClick={next}>{tell("order.number", { number: checkin_no })}</a></p>
    </>
  );
}

/** Which slot, and where. */
function Where({ slotId }: { slotId: string }) {
  const slot = (slots.value ?? []).find(({ slot_id }) => slot_id === slotId);
  const facility = facilityNow();
  const name = facility ? (facility.title ? titled(facility.title).text : facility.facility_id) : "";
  if (!slot) return <p>{name}</p>;
  return <p class="numbers">{`${clock(slot.starts_at)}–${clock(slot.ends_at)} · ${name}`}</p>;
}


// The end of a sale fills the screen in its colour, with a sign and a word: done, refused, or written down but not sent.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Icon, type IconName } from "../shared/parts/icons";
import { Amount } from "../shared/parts/ticket";
import { felt } from "./feedback";
import { Badge } from "./frame";
import { SignIn } from "./parts";
import { orderHref } from "./place";
import { practising } from "./practice";
import { lateLeftS } from "./queue";
import { again, next, phase, totalMinor, type Phase } from "./sale";
import { currency, merchant, sales } from "./shop";
import { minutes, money, refusedLine, tell, until } from "./words";

type Look = "done" | "refused" | "kept";
const SIGNS: Record<Look, IconName> = { done: "check", refused: "close", kept: "clock" };

/** Which colour the phase fills the screen with; null if it does not. */
export function resultOf(now: Phase): Look | null {
  if (now.at === "done" || now.at === "held") return "done";
  if (now.at === "refused" || now.at === "kept") return now.at;
  return null;
}

export function Result() {
  const now = phase.value;
  const look = resultOf(now) ?? "done";
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    place.current?.focus();
    felt(look === "done" ? "done" : "stop");
  }, [now.at]);
  const title = titleOf(now);
  useEffect(() => {
    document.title = `${now.at === "refused" ? `${tell("shop.error")}: ` : ""}${title} · ${tell("shop.name")}`;
  });
  return (
    <main class={`result ${look}`}>
      <Badge />
      <Icon name={SIGNS[look]} />
      <h1 ref={place} tabIndex={-1}>{title}</h1>
      <Body now={now} />
    </main>
  );
}

function titleOf(now: Phase): string {
  switch (now.at) {
    case "done":
      return tell(practising.value ? "practice.done" : "done.title");
    case "held":
      return tell("held.title");
    case "kept":
      return tell("kept.title");
    default:
      return tell("refused.title");
  }
}

function Body({ now }: { now: Phase }) {
  switch (now.at) {
    case "done":
      return <Done {...now} />;
    case "held":
      return (
        <Said act={<Button onPress={next}>{tell("act.next")}</Button>}>
          <Amount minor={now.hold.payable_minor} currency={currency.value} look="till" />
          <p>{tell("held.until", { time: until(now.hold.held_until) })}</p>
          <p class="numbers">{tell("order.number", { number: now.hold.order_no })}</p>
          <p><a href="#/holds" onClick={next}>{tell("held.list")}</a></p>
        </Said>
      );
    case "refused":
      return (
        <Said act={<Button onPress={again}>{tell("code.other")}</Button>}>
          <p class="why">{refusedLine(now.refusal)}</p>
          {now.refusal.slug === "code-expired" && <p>{tell("refused.refresh")}</p>}
          <p>{tell("refused.nothing")}</p>
          {totalMinor.value !== null && <Button kind="edge" onPress={next}>{tell("refused.full", { amount: money(totalMinor.value) })}</Button>}
        </Said>
      );
    case "kept":
      return <Kept number={now.number} signedOut={now.signedOut} />;
    default:
      return null;
  }
}

/** What is told, and the one thing to do now, within reach of the thumb. */
function Said({ children, act }: { children: ComponentChildren; act: ComponentChildren }) {
  return (
    <>
      <div class="told stack">{children}</div>
      <div class="thumb">{act}</div>
    </>
  );
}

function Done({ number, redemption }: Extract<Phase, { at: "done" }>) {
  const { payable_minor, discount_minor, merchant_match_minor, late } = redemption;
  return (
    <Said act={<Button onPress={next}>{tell("act.next")}</Button>}>
      <Amount minor={payable_minor} currency={currency.value} look="till" />
      <p class="why">{tell("done.cash", { amount: money(payable_minor) })}</p>
      {late && <p><strong>{tell("done.late")}</strong></p>}
      <details>
        <summary>{tell("done.details")}</summary>
        <p>{tell("done.funded", { amount: money(discount_minor) })}</p>
        {merchant_match_minor > 0 && <p>{tell("done.match", { amount: money(merchant_match_minor) })}</p>}
        <p class="numbers">{tell("order.number", { number })}</p>
      </details>
      {practising.value ? <p>{tell("practice.nothing")}</p> : <p><a href={orderHref(number)} onClick={next}>{tell("done.undo")}</a></p>}
    </Said>
  );
}

/** Nobody knows yet whether the coupon is used. */
function Kept({ number, signedOut }: { number: string; signedOut: boolean }) {
  const sale = sales.value.find((each) => each.number === number);
  const left = sale ? lateLeftS(sale) : null;
  const late = (merchant.value?.late_scans_per_day ?? 0) > 0;
  return (
    <Said act={<Button onPress={next}>{tell("act.next")}</Button>}>
      {sale && <Amount minor={sale.total_minor} currency={sale.currency} look="till" />}
      <p class="why">{tell(signedOut ? "kept.signed-out" : "kept.said")}</p>
      {!signedOut && late && left !== null && left > 0 && <p class="numbers">{tell("kept.left", { time: minutes(left) })}</p>}
      {!signedOut && !late && <p>{tell("kept.no-late")}</p>}
      <p>{tell("kept.choice")}</p>
      <p class="numbers">{tell("order.number", { number })}</p>
      {signedOut && <SignIn kind="edge" />}
    </Said>
  );
}

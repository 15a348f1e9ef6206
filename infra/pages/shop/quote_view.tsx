// What the customer pays with this coupon; or why not, and what to say; or what can be done while there is no line.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ProblemError } from "../shared/api";
import { nowS } from "../shared/clock";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Notice } from "../shared/parts/notice";
import { Amount } from "../shared/parts/ticket";
import { lineOfReason } from "../shared/reactions";
import { language } from "../shared/words";
import { OneField, SignIn, Sum } from "./parts";
import { again, confirmed, cutOffLeftS, held, next, ownNumber, phase, pin, quoted, totalMinor } from "./sale";
import { currency, merchant } from "./shop";
import type { Quote } from "./till";
import { stating } from "./stated";
import { minutes, money, refusedLine, tell } from "./words";

/** What an order lacks that can be typed now. */
const STATED = ["evidence", "fulfilment"];
const PINS = ["pin-required", "pin-wrong"];

export function QuoteView({ onChange }: { onChange: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const now = phase.value;
  useEffect(() => place.current?.focus({ preventScroll: true }), [now.at]);
  return (
    <div class="quote stack" ref={place} tabIndex={-1}>
      <Said onChange={onChange} />
    </div>
  );
}

function Said({ onChange }: { onChange: () => void }) {
  const now = phase.value;
  switch (now.at) {
    case "quoted":
      return now.quote.eligible ? <Offer quote={now.quote} onChange={onChange} /> : <Unfit quote={now.quote} onChange={onChange} />;
    case "quote-refused":
      return <Refused refusal={now.refusal} />;
    case "cut-off":
      return <CutOff />;
    case "sending":
    case "holding":
      return (
        <>
          <Button busy>{tell("sending.title")}</Button>
          <p role="status">{now.at === "sending" && now.slow ? tell("sending.slow") : ""}</p>
        </>
      );
    case "not-kept":
      return (
        <>
          <Notice mood="stop" live="alert" title={tell(now.taken ? "number.taken" : "number.unwritten")}>
            {tell(now.taken ? "number.taken-said" : "number.unwritten-said")}
          </Notice>
          <Button onPress={() => { ownNumber.value = ""; void quoted(); }}>{tell(now.taken ? "number.auto" : "act.again")}</Button>
        </>
      );
    default:
      return null;
  }
}

function Offer({ quote, onChange }: { quote: Quote; onChange: () => void }) {
  const total = totalMinor.value ?? 0;
  return (
    <>
      <p class="unseen" role="status">{tell("quote.confirm", { amount: money(quote.payable_minor) })}</p>
      <dl class="sums">
        <Sum name={tell("quote.total")}>{money(total)}</Sum>
        <Sum name={tell("quote.coupon")}>{money(-quote.discount_minor)}</Sum>
        {quote.merchant_match_minor > 0 && <Sum name={tell("quote.match")}>{money(-quote.merchant_match_minor)}</Sum>}
        <Sum name={tell("quote.payable")} last>
          <Amount minor={quote.payable_minor} currency={currency.value} look="till" />
        </Sum>
      </dl>
      <Button kind="act" onPress={() => void confirmed()}>{tell("quote.confirm", { amount: money(quote.payable_minor) })}</Button>
      <div class="pair">
        <Button kind="quiet" onPress={onChange}>{tell("quote.change")}</Button>
        {quote.hold_max_s > 0 && <Button kind="quiet" onPress={() => void held()}>{tell("quote.hold")}</Button>}
      </div>
    </>
  );
}

/** The coupon is good, but not for this order. */
function Unfit({ quote, onChange }: { quote: Quote; onChange: () => void }) {
  return (
    <>
      <Notice mood="stop" title={tell("unfit.title")} live="status">
        {quote.missing_minor > 0 && <p class="missing">{tell("unfit.missing", { amount: money(quote.missing_minor) })}</p>}
        <ul>{quote.reasons.map((reason) => <li key={reason}>{lineOfReason(reason, language.value)}</li>)}</ul>
      </Notice>
      {quote.reasons.some((reason) => STATED.includes(reason)) && <Button onPress={() => (stating.value = true)}>{tell("more.stated")}</Button>}
      <Button kind={quote.reasons.every((reason) => STATED.includes(reason)) ? "edge" : "ink"} onPress={onChange}>{tell("quote.change")}</Button>
      <InFull />
    </>
  );
}

function Refused({ refusal }: { refusal: ProblemError }) {
  const reason = String(refusal.problem.reason ?? "");
  if (PINS.includes(reason)) return <Pin wrong={reason === "pin-wrong"} />;
  // A sign-in that is over is told on top of each screen.
  if (refusal.status === 401) return <><SignIn /><InFull /></>;
  const waitS = refusal.slug === "code-expired" ? refusal.retryAfterS : null;
  return (
    <>
      <Notice mood="stop" title={refusedLine(refusal)} live="status">
        {refusal.slug === "code-expired" && <p>{tell(waitS === null ? "refused.refresh" : "refused.came-back")}</p>}
        {reason === "replaced" && <p>{tell("refused.replaced")}</p>}
        {reason === "pin-spoiled" && <p>{tell("refused.spoiled")}</p>}
      </Notice>
      <AgainAfter waitS={waitS} />
      <InFull />
    </>
  );
}

/** Where the coupon has just come back, a code is good only after a moment. */
function AgainAfter({ waitS }: { waitS: number | null }) {
  const [endsS] = useState(() => (waitS === null || nowS.value === null ? null : nowS.value + waitS));
  const left = endsS === null || nowS.value === null ? 0 : endsS - nowS.value;
  return (
    <Button busy={left > 0} onPress={again}>
      {left > 0 ? tell("refused.wait", { seconds: Math.ceil(left) }) : tell("code.other")}
    </Button>
  );
}

/** A printed sheet has a PIN beside its code. */
function Pin({ wrong }: { wrong: boolean }) {
  return (
    <OneField onSend={() => void (pin.value && quoted())}>
      <Field
        id="pin"
        label={tell("pin.label")}
        hint={tell("pin.hint")}
        fault={wrong ? tell("pin.wrong") : undefined}
        value={pin.value}
        onValue={(value) => (pin.value = value.replace(/\D/g, "").slice(0, 6))}
        input={{ inputMode: "numeric", autocomplete: "off" }}
      />
      <button type="submit" class="button">{tell("pin.check")}</button>
      <Button kind="quiet" onPress={again}>{tell("code.other")}</Button>
    </OneField>
  );
}

/** No line: late scans exist only where the merchant's record allows them. */
function CutOff() {
  const allowed = (merchant.value?.late_scans_left ?? 0) > 0;
  const left = nowS.value === null ? null : cutOffLeftS();
  return (
    <>
      <Notice mood="wait" icon="offline" title={tell("cut-off.title")} live="status">
        <p>{tell(allowed ? "cut-off.late" : merchant.value?.late_scans_per_day ? "cut-off.used-up" : "cut-off.no-late")}</p>
      </Notice>
      {allowed && left !== null && <p class="note">{tell("cut-off.left", { time: minutes(left) })}</p>}
      <Button onPress={() => void quoted()}>{tell("act.again")}</Button>
      {allowed && (
        <>
          <p class="note" id="risk">{tell("cut-off.risk")}</p>
          <Button kind="edge" describedBy="risk" onPress={() => void confirmed()}>{tell("cut-off.keep")}</Button>
        </>
      )}
      <InFull />
    </>
  );
}

function InFull() {
  return <Button kind="quiet" onPress={next}>{tell("refused.full", { amount: money(totalMinor.value ?? 0) })}</Button>;
}

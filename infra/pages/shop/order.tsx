// One order: its receipt, what became of it, and how to give money back.

import { useEffect, useState } from "preact/hooks";
import { ApiError, ProblemError } from "../shared/api";
import { digitsOf, momentOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Chip, Notice } from "../shared/parts/notice";
import { lineOf } from "../shared/reactions";
import type { Schema } from "../shared/routes";
import { language } from "../shared/words";
import { Frame } from "./frame";
import { leftOf, rowsOf, type Line } from "./lines";
import { minorOf, textOf } from "./money";
import { LOOKS } from "./orders";
import { Sum, whyOf } from "./parts";
import { isWaiting, type Sale } from "./records";
import { reversalNo, reversed } from "./reversing";
import { api, currency, sales, till, today, zone } from "./shop";
import { settlementOf } from "./settlements";
import type { Redemption, Reversal } from "./till";
import { money, tell, type ShopWord } from "./words";

interface Read {
  redemption: Redemption | null;
  /** When a reversal returns the coupon, by its terms; null if they cannot be read. */
  policy: Schema<"RefundPolicy"> | null;
  lines: Line[];
  failed: ApiError | null;
}

/** The receipt from the stack, which decides; without a line what this device noted. */
async function readOf(number: string): Promise<Read> {
  try {
    const redemption = await till().redemption(number);
    const days = new Set([redemption.redeemed_at.slice(0, 10), today()]);
    const found = await Promise.all([...days].map(async (day) => (await settlementOf(day)).lines));
    const policy = await policyOf(redemption).catch(() => null);
    return { redemption, policy, lines: found.flat().filter(({ order_no }) => order_no === number), failed: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { redemption: null, policy: null, lines: [], failed: error };
  }
}

async function policyOf({ batch_id, terms_id }: Redemption): Promise<Read["policy"]> {
  const { body } = await api.call("GET /batches/{batch_id}", { path: { batch_id } });
  return body.coupons.find((terms) => terms.terms_id === terms_id)?.refund.policy ?? null;
}

export function OrderScreen({ number }: { number: string }) {
  const [read, setRead] = useState<Read | null>(null);
  const again = () => void readOf(number).then(setRead);
  useEffect(again, [number]);
  const sale = sales.value.find((each) => each.number === number);
  const noted = sale?.answer && "redeemed_at" in sale.answer ? sale.answer : null;
  const redemption = read?.redemption ?? noted;
  const row = rowsOf(read?.lines ?? [], sale ? [sale] : [])[0];
  return (
    <Frame title={tell("order.title")}>
      <p class="numbers number">{number}</p>
      {row && <p><Chip mood={LOOKS[row.state][0]}>{tell(LOOKS[row.state][1])}</Chip></p>}
      {redemption && <Receipt redemption={redemption} />}
      {redemption?.late && <Notice mood="wait">{tell("done.late")}</Notice>}
      {sale?.problem && <Notice mood="stop" title={lineOf(new ProblemError(0, sale.problem), language.value)} />}
      {!redemption && read?.failed && !sale && (
        <Notice mood="stop" live="alert">
          {read.failed instanceof ProblemError && read.failed.slug === "not-found" ? tell("order.unknown") : whyOf(read.failed)}
        </Notice>
      )}
      {sale && isWaiting(sale) && <p><a href="#/queue">{tell("order.in-queue")}</a></p>}
      {read && redemption && <Reversing redemption={redemption} lines={read.lines} policy={read.policy} onDone={again} />}
      {!read && <div class="skeleton ticket" aria-hidden="true" />}
      <Button kind="quiet" href="#/orders">{tell("order.back")}</Button>
    </Frame>
  );
}

function Receipt({ redemption }: { redemption: Redemption }) {
  const { payable_minor, discount_minor, merchant_match_minor, redeemed_at } = redemption;
  return (
    <dl class="sums card">
      <Sum name={tell("quote.total")}>{money(payable_minor + discount_minor + merchant_match_minor)}</Sum>
      <Sum name={tell("quote.coupon")}>{money(-discount_minor)}</Sum>
      {merchant_match_minor > 0 && <Sum name={tell("quote.match")}>{money(-merchant_match_minor)}</Sum>}
      <Sum name={tell("order.paid")} last>{money(payable_minor)}</Sum>
      <Sum name={tell("order.at")}>{momentOf(redeemed_at, zone.value, language.value)}</Sum>
    </dl>
  );
}

/** What comes back is said before, by the terms; the answer decides. */
function Reversing({ redemption, lines, policy, onDone }: { redemption: Redemption; lines: Line[]; policy: Read["policy"]; onDone: () => void }) {
  const digits = digitsOf(currency.value);
  const left = lines.length > 0 ? leftOf(lines, redemption.order_no) : redemption.payable_minor;
  const [text, setText] = useState(textOf(left, digits));
  const [state, setState] = useState<"asking" | "sending" | Reversal | ApiError>("asking");
  const open = sales.value.find((sale): sale is Sale => sale.number.startsWith(`${redemption.order_no}/`) && isWaiting(sale));
  if (typeof state === "object" && !(state instanceof ApiError)) return <Returned reversal={state} />;
  if (left <= 0) return <Notice>{tell("reverse.all-back")}</Notice>;
  if (open) return <Notice mood="wait" title={tell("reverse.open")}>{tell("reverse.open-said")}</Notice>;
  const minor = minorOf(text, digits);
  const fault = minor === null ? tell("reverse.fault") : minor > left ? tell("reverse.too-much", { amount: money(left) }) : undefined;
  const press = async () => {
    if (minor === null || fault) return;
    setState("sending");
    try {
      setState(await reversed(redemption.order_no, reversalNo(redemption.order_no), minor));
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState(error);
    }
  };
  return (
    <section class="stack">
      <h2>{tell("reverse.title")}</h2>
      {state instanceof ApiError && (
        <Notice mood={state instanceof ProblemError ? "stop" : "wait"} live="alert">
          {state instanceof ProblemError ? lineOf(state, language.value) : tell("reverse.open-said")}
        </Notice>
      )}
      <Field id="back" label={tell("reverse.amount")} hint={tell("reverse.left", { amount: money(left) })} fault={fault} value={text} onValue={setText} input={{ inputMode: "decimal", autocomplete: "off" }} />
      <p id="returns">{!fault && tell(returnsOf(policy, minor === left))}</p>
      <Button kind={fault ? "ink" : "act"} busy={fault !== undefined || state === "sending"} describedBy="returns" onPress={() => void press()}>
        {minor === null || fault ? tell("reverse.title") : tell("reverse.confirm", { amount: money(minor) })}
      </Button>
    </section>
  );
}

function Returned({ reversal }: { reversal: Reversal }) {
  const amount = money(reversal.amount_minor);
  return (
    <Notice mood="done" live="status" title={tell("reverse.done", { amount })}>
      <p>{tell(reversal.coupon_returned ? "reverse.coupon-back" : "reverse.coupon-not-back")}</p>
      <p>{tell("reverse.cash", { amount })}</p>
    </Notice>
  );
}

/** Whether the coupon comes back, by the terms. */
function returnsOf(policy: Read["policy"], whole: boolean): ShopWord {
  switch (policy) {
    case "always":
      return "refund.always";
    case "full_only":
      return whole ? "refund.full" : "refund.part";
    case "never":
      return "refund.never";
    default:
      return "refund.unknown";
  }
}

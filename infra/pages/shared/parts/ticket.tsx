// A coupon is a ticket: the amount on the stub, what it is for on the body. This shape is used for nothing else.

import type { ComponentChildren } from "preact";
import { amountOf, moneyOf } from "../figures";
import { language, say } from "../words";
import { Seal } from "./seal";
import type { Section } from "./drawings";

/** A stub is of one width: from so many characters on, an amount is written smaller. */
const SIZES: [number, string][] = [[9, "longest"], [7, "longer"], [5, "long"]];
/** Of a till, which has the whole width. */
const TILL_SIZES: [number, string][] = [[13, "till longest"], [11, "till longer"], [9, "till long"], [0, "till"]];

interface AmountProps {
  minor: number;
  currency: string;
  /** Whole amounts without their hundredths. */
  short?: boolean;
  look?: "inline" | "till";
}

/** An amount with its currency's sign at 60 %, read out as one. */
export function Amount({ minor, currency, short = false, look }: AmountProps) {
  const { sign, number, signFirst } = amountOf(minor, currency, language.value, short);
  const sizes = look === "till" ? TILL_SIZES : SIZES;
  const size = look === "inline" ? look : (sizes.find(([least]) => number.length >= least)?.[1] ?? "");
  const mark = <span class={signFirst ? "sign first" : "sign last"}>{sign}</span>;
  return (
    <span class={`amount ${size}`}>
      {signFirst && mark}
      {number}
      {!signFirst && mark}
    </span>
  );
}

interface Props {
  section?: Section;
  stub: ComponentChildren;
  title: ComponentChildren;
  /** Set where the title is in another language than the page. */
  titleLang?: string | undefined;
  children?: ComponentChildren;
  /** How many coupons the pack has: more than one shows two edges behind. */
  count?: number;
  seal?: string;
  /** The stub slides apart and the seal settles, once. */
  torn?: boolean;
  /** Used, expired or voided. */
  over?: boolean;
  /** Over without having been used. */
  gone?: boolean;
  href?: string;
}

export function Ticket({ section, stub, title, titleLang, children, count = 1, seal, torn, over, gone = false, href }: Props) {
  const look = ["ticket", count > 1 && "many", torn && "torn", over && "over"].filter(Boolean).join(" ");
  const Tag = href === undefined ? "div" : "a";
  return (
    <Tag class={look} {...(href !== undefined && { href })}>
      <div class="paper">
        <div class={`stub ${section ? `tint-${section}` : ""}`}>
          {stub}
          {count > 1 && <span class="note">{say("ticket.count", { count })}</span>}
        </div>
        <div class="body">
          <p class="title" {...(titleLang && { lang: titleLang })}>{title}</p>
          {children}
          {seal && <Seal gone={gone}>{seal}</Seal>}
        </div>
      </div>
    </Tag>
  );
}

/** A coupon as a sum: 「消费满 50 元，少付 10 元」. */
export function offOf(minimumMinor: number, offMinor: number, currency: string): string {
  const told = (minor: number) => moneyOf(minor, currency, language.value, true);
  return say("ticket.off", { minimum: told(minimumMinor), off: told(offMinor) });
}

// What a batch gives: the pack as one ticket, and who, where and how as plain rows.

import type { ComponentChildren } from "preact";
import { nowS } from "../shared/clock";
import { momentOf } from "../shared/figures";
import { sectionOf } from "../shared/parts/drawings";
import { Amount, Ticket } from "../shared/parts/ticket";
import { language, listed } from "../shared/words";
import type { Batch, Campaign, Terms } from "./catalogue";
import { to } from "./place";
import { exampleOf, hoursOf, limitOf, matchOf, priceOf, sumOf, validityOf, whereOf, whoOf, Worth } from "./terms";
import { say } from "./words";

/** Each kind of coupon in the pack, with how many there are of it. */
export function kindsOf(batch: Batch): { terms: Terms; count: number }[] {
  const kinds: { terms: Terms; count: number }[] = [];
  for (const terms of batch.coupons) {
    const same = kinds.find((kind) => kind.terms.terms_id === terms.terms_id);
    if (same) same.count += 1;
    else kinds.push({ terms, count: 1 });
  }
  return kinds;
}

/** The sum of a pack of fixed amounts; null if it has others. */
export function totalOf(coupons: Terms[]): number | null {
  let sum = 0;
  for (const { discount } of coupons) {
    if (discount.kind !== "amount_off") return null;
    sum += discount.amount_minor;
  }
  return sum;
}

export function Pack({ batch, currency }: { batch: Batch; currency: string }) {
  const kinds = kindsOf(batch);
  const [first] = kinds;
  if (!first) return null;
  const total = totalOf(batch.coupons);
  const lines = kinds.map(({ terms, count }) => ({ ...sumOf(terms, currency), count }));
  const [line, ...more] = lines;
  const stub = kinds.length > 1 && total !== null ? <Amount minor={total} currency={currency} short /> : <Worth terms={first.terms} currency={currency} />;
  return (
    <div class="pack">
      <Ticket
        section={sectionOf(batch.section_id)}
        stub={stub}
        title={worded(line)}
        titleLang={line?.lang}
        count={batch.coupons.length}
      >
        {more.map((each) => (
          <p class="title more" key={each.text} {...(each.lang && { lang: each.lang })}>{worded(each)}</p>
        ))}
        <p class="note">{whereOf(first.terms)}</p>
      </Ticket>
    </div>
  );
}

function worded(line: { text: string; count: number } | undefined): string {
  if (!line) return "";
  return line.count > 1 ? say("pack.times", { text: line.text, count: line.count }) : line.text;
}

export function Facts({ batch, campaign }: { batch: Batch; campaign: Campaign }) {
  const zone = campaign.timezone;
  const first = batch.coupons[0];
  if (!first) return null;
  const moment = (at: string) => momentOf(at, zone, language.value);
  const kinds = kindsOf(batch);
  const match = matchOf(first, nowS.value);
  const example = exampleOf(first, campaign.currency, nowS.value);
  const hours = [...new Set(kinds.flatMap(({ terms }) => hoursOf(terms)))];
  return (
    <section>
      <h2>{say("fact.title")}</h2>
      <dl class="rows">
        <Fact name={say("fact.when")}><Lines of={[say("fact.from", { moment: moment(batch.opens_at) }), say("fact.until", { moment: moment(batch.closes_at) })]} /></Fact>
        <Fact name={say("fact.who")}>{whoOf(batch.eligibility) || say("fact.everyone")}</Fact>
        {batch.mode === "lottery" && <Fact name={say("fact.how")}>{say("fact.lottery")}</Fact>}
        {batch.price_points > 0 && <Fact name={say("fact.price")}>{priceOf(batch)}</Fact>}
        {batch.exclusive_group && <Fact name={say("fact.choice")}>{say("fact.exclusive")}</Fact>}
        {batch.limits.length > 0 && <Fact name={say("fact.limit")}>{listed(batch.limits.map(limitOf))}</Fact>}
        <Fact name={say("fact.where")}>
          {whereOf(first)} <a href={to("seasons", campaign.campaign_id, "places", first.terms_id)}>{say("fact.shops")}</a>
        </Fact>
        <Fact name={say("fact.valid")}>{validityOf(first, zone)}</Fact>
        {hours.length > 0 && <Fact name={say("fact.hours")}><Lines of={hours} /></Fact>}
        {match && <Fact name={say("fact.match")}>{match}</Fact>}
        {example.length > 0 && <Fact name={say("fact.example")}><Lines of={example} /></Fact>}
      </dl>
    </section>
  );
}

export function Lines({ of: lines }: { of: string[] }) {
  return <>{lines.map((line) => <span class="line" key={line}>{line}</span>)}</>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

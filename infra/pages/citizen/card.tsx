// A batch in its season: what it gives in plain words, when, and its state.

import { useEffect, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { clockOf } from "../shared/figures";
import { sectionOf } from "../shared/parts/drawings";
import { Chip, type Mood } from "../shared/parts/notice";
import { Amount, Ticket } from "../shared/parts/ticket";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { knownBatch, type Batch, type Campaign, type Summary } from "./catalogue";
import { kindsOf, totalOf } from "./pack";
import { to } from "./place";
import { situationOf } from "./situation";
import { priceOf, sumOf, whoOf, Worth } from "./terms";
import { say } from "./words";

interface Props {
  batch: Summary;
  campaign: Campaign;
  claimed: boolean;
}

export function BatchCard({ batch, campaign, claimed }: Props) {
  const [full, setFull] = useState<Batch | null>(null);
  useEffect(() => {
    let gone = false;
    // Without it the card has its title alone.
    knownBatch(batch.batch_id).then((found) => gone || setFull(found), () => null);
    return () => {
      gone = true;
    };
  }, [batch.batch_id]);
  const { text, lang } = titled(batch.title);
  const [mood, state] = stateOf(batch, campaign.timezone, claimed);
  const who = whoOf(batch.eligibility);
  const first = full && kindsOf(full)[0];
  const total = full && totalOf(full.coupons);
  const stub =
    full && first ? (
      total !== null && full.coupons.length > 1 ? <Amount minor={total} currency={campaign.currency} short /> : <Worth terms={first.terms} currency={campaign.currency} />
    ) : (
      <span class="amount" aria-hidden="true">{"\u2007"}</span>
    );
  return (
    <Ticket
      section={sectionOf(batch.section_id)}
      stub={stub}
      title={text}
      titleLang={lang}
      count={full?.coupons.length ?? 1}
      href={to("batches", batch.batch_id)}
      over={mood === "stop"}
    >
      <p class="note">{first ? kindsOf(full).map(({ terms }) => sumOf(terms, campaign.currency).text).join(language.value === "zh" ? "；" : "; ") : "\u2007"}</p>
      {who && <p class="note">{who}</p>}
      {batch.price_points > 0 && <p class="note">{priceOf(batch)}</p>}
      <p><Chip mood={mood}>{state}</Chip></p>
    </Ticket>
  );
}

function stateOf(batch: Summary, zone: string, claimed: boolean): [Mood, string] {
  const now = nowS.value ?? 0;
  if (claimed) return ["done", say("state.claimed")];
  const situation = situationOf(batch, now);
  switch (situation.is) {
    case "paused":
      return ["wait", say("state.paused")];
    case "drained":
      return ["wait", say("state.drained")];
    case "sold-out":
      return ["stop", say("state.sold-out")];
    case "stopped":
      return ["stop", say("state.stopped")];
    case "closed":
      return ["stop", say("state.closed")];
    case "open":
      return ["done", say(batch.mode === "lottery" ? "fact.lottery" : "state.open")];
    default: {
      const time = clockOf(batch.opens_at, zone, language.value);
      const { booking } = batch;
      const bookable = booking !== null && epochS(booking.opens_at) <= now && now < epochS(booking.closes_at);
      if (batch.mode === "lottery") return ["note", say(bookable ? "state.enter" : "fact.lottery")];
      return ["note", say(bookable ? "state.bookable" : "state.opens", { time })];
    }
  }
}

// What points can be exchanged for: enough, so many short, gone, or not yet.

import { nowS } from "../../shared/clock";
import { momentOf } from "../../shared/figures";
import { Chip, type Mood } from "../../shared/parts/notice";
import { language, titled } from "../../shared/words";
import { to } from "../place";
import { situationOf } from "../situation";
import { numberOf, type Award, type Points } from "./catalogue";
import { say } from "./words";

export function Awards({ awards, points }: { awards: Award[]; points: Points }) {
  if (awards.length === 0) return null;
  const { next } = points;
  return (
    <section class="stack">
      <h2>{say("awards.title")}</h2>
      {next && <p>{say("awards.next", { title: titled(next.title).text, missing: numberOf(next.missing) })}</p>}
      <ul class="card rows slots">
        {awards.map((award) => <Row key={award.batch.batch_id} award={award} balance={points.balance} />)}
      </ul>
    </section>
  );
}

function Row({ award, balance }: { award: Award; balance: number }) {
  const { batch } = award;
  const { text, lang } = titled(batch.title);
  const [mood, state] = stateOf(award, balance);
  return (
    <li>
      <a href={to("batches", batch.batch_id)}>
        <span class="what-of">
          <b {...(lang && { lang })}>{text}</b>
          <span class="note">{say("awards.price", { points: numberOf(batch.price_points) })}</span>
        </span>
        <Chip mood={mood}>{state}</Chip>
      </a>
    </li>
  );
}

function stateOf({ batch, campaign }: Award, balance: number): [Mood, string] {
  const missing = batch.price_points - balance;
  switch (situationOf(batch, nowS.value ?? 0).is) {
    case "before":
      return ["note", say("awards.opens", { moment: momentOf(batch.opens_at, campaign.timezone, language.value) })];
    case "sold-out":
      return ["stop", say("awards.gone")];
    case "drained":
      return ["wait", say("awards.drained")];
    case "paused":
      return ["wait", say("awards.paused")];
    case "stopped":
    case "closed":
      return ["stop", say("awards.over")];
    default:
      return missing > 0 ? ["wait", say("awards.missing", { missing: numberOf(missing) })] : ["done", say("awards.enough")];
  }
}

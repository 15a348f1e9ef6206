// The bookings that the person missed.

import { Chip, Notice } from "../../shared/parts/notice";
import { momentOf } from "../../shared/figures";
import { epochS } from "../../shared/server_time";
import { language } from "../../shared/words";
import { timezoneOf, type Campaign } from "../catalogue";
import { partsOf, titleOf, type Bookable, type Strike } from "../slots/catalogue";
import { say } from "./words";

export interface Missing {
  strike: Strike;
  found: { campaign: Campaign; bookable: Bookable } | null;
}

export function Strikes({ of: missed }: { of: Missing[] }) {
  if (missed.length === 0) return null;
  const [until] = missed
    .filter(({ strike }) => strike.banned_until !== null)
    .sort((a, b) => epochS(b.strike.banned_until ?? "") - epochS(a.strike.banned_until ?? ""));
  return (
    <section class="stack">
      <h2>{say("strikes.title")}</h2>
      {until && <Notice mood="stop">{say("strikes.banned", { moment: momentOf(until.strike.banned_until ?? "", timezoneOf(until.found?.campaign ?? null), language.value) })}</Notice>}
      <ul class="card rows">{missed.map((one) => <Row key={one.strike.slot_id} {...one} />)}</ul>
    </section>
  );
}

function Row({ strike: { slot_id, starts_at, excused }, found }: Missing) {
  const zone = timezoneOf(found?.campaign ?? null);
  const { text, lang } = titleOf(found?.bookable ?? { id: partsOf(slot_id).id, title: null, venue: null, sport: null });
  return (
    <li class="entry">
      <div>
        <p {...(lang && { lang })}>{text}</p>
        <p class="note">{momentOf(starts_at, zone, language.value)}</p>
      </div>
      <Chip mood={excused ? "note" : "stop"}>{say(excused ? "strikes.excused" : "strikes.counted")}</Chip>
    </li>
  );
}

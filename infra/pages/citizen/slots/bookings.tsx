// The slots that the person is in: booked, waiting, cancelled by their venue.

import { nowS } from "../../shared/clock";
import { Button } from "../../shared/parts/button";
import { Chip, Notice } from "../../shared/parts/notice";
import type { Asking } from "../../shared/api";
import { timezoneOf, type Campaign } from "../catalogue";
import { doorOf } from "../door/door";
import { Strikes, type Missing } from "../door/strikes";
import { Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { Empty, OwnScreen } from "../own";
import { to } from "../place";
import { foundOf, mineRead, partsOf, titleOf, whereOf, type Bookable, type Mine } from "./catalogue";
import { stateOfMine } from "./day";
import { When } from "./slot";
import { say } from "./words";

const LOOK_S = 30;

interface Held {
  mine: Mine;
  found: { campaign: Campaign; bookable: Bookable } | null;
}

interface Read {
  held: Held[];
  damaged: number;
  missed: Missing[];
}

/** A catalogue that does not answer hides no booking. */
async function bookingsRead(call: Asking): Promise<Read> {
  const { bookings, damaged, strikes } = await mineRead(call);
  const found = (slotId: string) => foundOf(partsOf(slotId).id).catch(() => null);
  const held = bookings.map(async (mine) => ({ mine, found: await found(mine.slot_id) }));
  const missed = strikes.map(async (strike) => ({ strike, found: await found(strike.slot_id) }));
  return { held: await Promise.all(held), damaged, missed: await Promise.all(missed) };
}

export function Bookings() {
  return (
    <OwnScreen title={say("bookings.title")} home={say("bookings.home")} asks={say("bookings.sign-in")} button={say("act.in")}>
      <Shown />
    </OwnScreen>
  );
}

function Shown() {
  const [loaded, again] = useLoaded(bookingsRead, []);
  useLooking(LOOK_S, again);
  return (
    <>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {loaded.state === "read" && <All {...loaded.value} />}
    </>
  );
}

function All({ held, damaged, missed }: Read) {
  if (held.length + damaged + missed.length === 0) {
    return <Empty title={say("bookings.title")} line={say("bookings.none")}><Button href="#/">{say("bookings.find")}</Button></Empty>;
  }
  return (
    <div class="groups">
      <div class="stack">
        <Title>{say("bookings.title")}</Title>
        {damaged > 0 && <Notice mood="wait">{say("bookings.damaged", { count: damaged })}</Notice>}
        {held.length > 0 ? (
          <ul class="stack">{held.map((one) => <li key={one.mine.slot_id}><Card {...one} /></li>)}</ul>
        ) : (
          <p>{say("bookings.none")}</p>
        )}
      </div>
      <Strikes of={missed} />
    </div>
  );
}

function Card({ mine, found }: Held) {
  const { id, day, hhmm } = partsOf(mine.slot_id);
  const now = nowS.value ?? 0;
  const [mood, state] = stateOfMine(mine, now);
  const steps = ["seasons", found?.campaign.campaign_id ?? "", "facilities", id, day, hhmm];
  const { text, lang } = titleOf(found?.bookable ?? { id, title: null, venue: null, sport: null });
  const inside = (
    <div>
      <p class="title" {...(lang && { lang })}>{text}</p>
      <When slot={mine} zone={timezoneOf(found?.campaign ?? null)} />
      {found && <p class="note">{whereOf(found.bookable)}</p>}
      <p class="chips"><Chip mood={mood}>{state}</Chip></p>
      {mine.reason && <p class="note">{say("cancelled.reason", { reason: mine.reason })}</p>}
    </div>
  );
  if (!found) return <div class="card bookable">{inside}</div>;
  return <a class="card bookable" href={to(...steps, ...(doorOf(mine, now).is === "open" ? ["code"] : []))}>{inside}</a>;
}

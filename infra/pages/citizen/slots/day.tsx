// A place's day: its slots with their state, and the days around it.

import { useEffect, useState } from "preact/hooks";
import { nowS } from "../../shared/clock";
import { clockOf, dateOf, moneyOf, momentOf } from "../../shared/figures";
import { Chip, Notice, type Mood } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language, locale, titled } from "../../shared/words";
import { api, signedIn } from "../app";
import { knownCampaign, type Campaign } from "../catalogue";
import { nearDayOf, noonS } from "../days";
import { doorOf } from "../door/door";
import { Frame, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { to } from "../place";
import { bookableOf, dayRead, daysOf, mineRead, partsOf, titleOf, type Bookable, type FacilityDay, type Mine, type Slot } from "./catalogue";
import { Court } from "./court";
import { Missing, Where } from "./parts";
import { standingAlone } from "./standing";
import { waited } from "./taking";
import { say } from "./words";

const LOOK_S = 30;

export interface Read {
  campaign: Campaign;
  bookable: Bookable;
  day: FacilityDay;
}

/** `asked`: the day of the address; without one it is today, or the first day of an activity. */
export function DayScreen({ campaignId, id, asked }: { campaignId: string; id: string; asked: string | undefined }) {
  const [loaded, again] = useLoaded(async (call): Promise<Read | null> => {
    const campaign = await knownCampaign(campaignId);
    const bookable = await bookableOf(campaignId, id);
    if (!bookable) return null;
    const day = asked ?? daysOf(bookable, api.time.nowS(), campaign.timezone)[0] ?? dateOf(api.time.nowS(), campaign.timezone);
    return { campaign, bookable, day: await dayRead(id, day, call) };
  }, [campaignId, id, asked]);
  useLooking(LOOK_S, again);
  const read = loaded.state === "read" ? loaded.value : null;
  return (
    <Frame back={{ href: to("seasons", campaignId, "facilities"), name: say("places.title") }}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {loaded.state === "read" && (read ? <Shown {...read} /> : <Missing />)}
    </Frame>
  );
}

function Shown({ campaign, bookable, day }: Read) {
  const mine = useMine();
  const zone = campaign.timezone;
  const now = nowS.value ?? epochS(day.as_of);
  const { text, lang } = titleOf(bookable);
  const [past, coming] = [day.slots.filter(({ starts_at }) => epochS(starts_at) <= now), day.slots.filter(({ starts_at }) => epochS(starts_at) > now)];
  const opens = coming.filter(({ opens_at }) => epochS(opens_at) > now).map(({ opens_at }) => opens_at).sort()[0];
  const rows = (slots: Slot[]) => (
    <ul class="card rows slots">
      {slots.map((slot) => <Row key={slot.slot_id} slot={slot} mine={mine.get(slot.slot_id)} campaign={campaign} now={now} />)}
    </ul>
  );
  return (
    <div class="groups">
      <div class="masthead">
        <Court />
        <Title lang={lang}>{text}</Title>
        <Where of={bookable} />
      </div>
      <Days bookable={bookable} campaign={campaign} chosen={day.day} now={now} />
      <section class="stack">
        <h2 class="day">{nearDayOf(day.day, dateOf(now, zone))}</h2>
        {day.closed && <Closed reason={day.closed} />}
        {opens && <p class="note">{say("day.opens", { moment: momentOf(opens, zone, language.value) })}</p>}
        {coming.length > 0 && rows(coming)}
        {day.slots.length === 0 && !day.closed && <p>{say("day.none")}</p>}
        {day.slots.length > 0 && coming.length === 0 && <p>{say("day.over")}</p>}
        {past.length > 0 && (
          <details>
            <summary>{say("day.begun", { count: past.length })}</summary>
            {rows(past)}
          </details>
        )}
      </section>
    </div>
  );
}

function Closed({ reason }: { reason: NonNullable<FacilityDay["closed"]> }) {
  const { text, lang } = titled(reason);
  return (
    <Notice mood="stop" title={say("day.closed")}>
      <p {...(lang && { lang })}>{text}</p>
    </Notice>
  );
}

function Row({ slot, mine, campaign, now }: { slot: Slot; mine: Mine | undefined; campaign: Campaign; now: number }) {
  const { id, day, hhmm } = partsOf(slot.slot_id);
  const clock = (at: string) => clockOf(at, campaign.timezone, language.value);
  const [mood, state] = stateOf(slot, mine, campaign.timezone, now);
  return (
    <li>
      <a href={to("seasons", campaign.campaign_id, "facilities", id, day, hhmm)}>
        <span>
          <span class="numbers">{clock(slot.starts_at)}–{clock(slot.ends_at)}</span>
          {slot.payable_minor < slot.price_minor && <span class="note">{payOf(slot, campaign.currency)}</span>}
        </span>
        <Chip mood={mood}>{state}</Chip>
      </a>
    </li>
  );
}

/** What is left to pay where somebody pays the venue a part, or all of it. */
function payOf({ payable_minor }: Slot, currency: string) {
  if (payable_minor === 0) return say("places.free");
  return say("day.pay", { money: moneyOf(payable_minor, currency, language.value, true) });
}

/** What stands on a slot's row: what the person is in it goes first. */
function stateOf(slot: Slot, mine: Mine | undefined, zone: string, now: number): [Mood, string] {
  if (mine) return stateOfMine(mine, now);
  const standing = standingAlone(slot, now);
  switch (standing.is) {
    case "open":
      return ["done", say("state.open", { count: Math.max(0, slot.units - slot.booked) })];
    case "full":
      return standing.rank === null ? ["stop", say("state.full")] : ["wait", say("state.full-wait", { count: standing.waiting })];
    case "before":
      return ["note", say("state.before", { moment: momentOf(slot.opens_at, zone, language.value) })];
    case "cancelled":
      return ["stop", say("state.cancelled")];
    case "halted":
      return ["stop", say("state.halted")];
    default:
      return ["note", say("state.begun")];
  }
}

export function stateOfMine(mine: Mine, now: number): [Mood, string] {
  if (mine.status === "cancelled") return ["stop", say("state.cancelled")];
  const door = doorOf(mine, now);
  if (door.is === "in") return ["done", say("state.in")];
  if (door.is === "open") return ["wait", say("state.door")];
  if (door.is === "over") {
    if (door.missed === null) return ["stop", say("state.over")];
    return door.missed.excused ? ["note", say("state.excused")] : ["stop", say("state.missed")];
  }
  if (mine.status === "booked") return ["done", say(waited.has(mine.slot_id) ? "state.moved-up" : "state.booked")];
  return ["wait", mine.promotes ? say("state.waiting", { place: mine.place_in_line ?? 1 }) : say("state.waiting-over")];
}

function Days({ bookable, campaign, chosen, now }: { bookable: Bookable; campaign: Campaign; chosen: string; now: number }) {
  const days = daysOf(bookable, now, campaign.timezone);
  const all = days.includes(chosen) ? days : [chosen, ...days].sort();
  if (all.length < 2) return null;
  const format = new Intl.DateTimeFormat(locale.value, { timeZone: "UTC", month: "numeric", day: "numeric", weekday: "short" });
  return (
    <nav class="choices" aria-label={say("day.days")}>
      {all.map((day) => (
        <a
          key={day}
          class="switch"
          href={to("seasons", campaign.campaign_id, "facilities", bookable.id, day)}
          {...(day === chosen && { "aria-current": "date" as const })}
        >
          {format.format(noonS(day) * 1000)}
        </a>
      ))}
    </nav>
  );
}

/** What the person is in, by slot; the rows then say so. */
function useMine(): Map<string, Mine> {
  const [mine, setMine] = useState(new Map<string, Mine>());
  useEffect(() => {
    if (!signedIn.value) return setMine(new Map());
    let gone = false;
    // Without it the rows say nothing about the person.
    mineRead().then(({ bookings }) => gone || setMine(new Map(bookings.map((one) => [one.slot_id, one]))), () => null);
    return () => {
      gone = true;
    };
  }, [signedIn.value]);
  return mine;
}

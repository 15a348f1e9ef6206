// The slots that the person is in: booked, waiting, cancelled by their venue.

import { Button } from "../../shared/parts/button";
import { Chip, Notice } from "../../shared/parts/notice";
import type { Asking } from "../../shared/api";
import { signedIn, signIn } from "../app";
import { timezoneOf, type Campaign } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { to } from "../place";
import { foundOf, mineRead, partsOf, titleOf, whereOf, type Bookable, type Mine } from "./catalogue";
import { Court } from "./court";
import { stateOfMine } from "./day";
import { When } from "./slot";
import { say } from "./words";

const LOOK_S = 30;

interface Held {
  mine: Mine;
  found: { campaign: Campaign; bookable: Bookable } | null;
}

/** A catalogue that does not answer hides no booking. */
async function bookingsRead(call: Asking): Promise<{ held: Held[]; damaged: number }> {
  const { bookings, damaged } = await mineRead(call);
  const held = bookings.map(async (mine) => ({ mine, found: await foundOf(partsOf(mine.slot_id).id).catch(() => null) }));
  return { held: await Promise.all(held), damaged };
}

export function Bookings() {
  const back = { href: "#/", name: say("bookings.home") };
  if (signedIn.value === false) {
    return (
      <Frame back={back}>
        <Empty line={say("bookings.sign-in")}><Button kind="act" icon="person" onPress={signIn}>{say("act.in")}</Button></Empty>
      </Frame>
    );
  }
  return <Frame back={back}>{signedIn.value && <Shown />}</Frame>;
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
      {loaded.state === "read" &&
        (loaded.value.held.length + loaded.value.damaged === 0 ? (
          <Empty line={say("bookings.none")}><Button href="#/">{say("bookings.find")}</Button></Empty>
        ) : (
          <div class="stack">
            <Title>{say("bookings.title")}</Title>
            {loaded.value.damaged > 0 && <Notice mood="wait">{say("bookings.damaged", { count: loaded.value.damaged })}</Notice>}
            <ul class="stack">{loaded.value.held.map((held) => <li key={held.mine.slot_id}><Card {...held} /></li>)}</ul>
          </div>
        ))}
    </>
  );
}

function Empty({ line, children }: { line: string; children: preact.ComponentChildren }) {
  return (
    <div class="empty">
      <Title>{say("bookings.title")}</Title>
      <Court />
      <p>{line}</p>
      {children}
    </div>
  );
}

function Card({ mine, found }: Held) {
  const { id, day, hhmm } = partsOf(mine.slot_id);
  const [mood, state] = stateOfMine(mine);
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
  return <a class="card bookable" href={to("seasons", found.campaign.campaign_id, "facilities", id, day, hhmm)}>{inside}</a>;
}

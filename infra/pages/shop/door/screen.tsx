// Venue check-in: the code of a slot is read, and the one who shows it is let in; below it who is expected today.

import { useEffect, useLayoutEffect } from "preact/hooks";
import { nowS } from "../../shared/clock";
import { Button } from "../../shared/parts/button";
import { Chip, Notice, type Mood } from "../../shared/parts/notice";
import { titled } from "../../shared/words";
import { CameraView } from "../camera_view";
import { felt } from "../feedback";
import { Empty, Frame } from "../frame";
import { Unread } from "../parts";
import { taker, slotCode } from "../venue";
import { clock, tell } from "../words";
import { arrived, askedAgain, foreign, phase, unanswered } from "./arrival";
import { choose, facilities, facilityNow, failure, read, slots, standingOf, type Counts, type Standing } from "./day";
import { Outcome } from "./outcome";
import { say, type DoorWord } from "./words";

const EVERY_S = 30;

export function DoorScreen() {
  // Before the screen is seen, so that whoever sees it can scan.
  useLayoutEffect(() => {
    taker.value = (text) => felt(arrived(text) ? "read" : "stop");
    return () => {
      taker.value = null;
    };
  }, []);
  useEffect(() => {
    const handed = slotCode.value;
    slotCode.value = null;
    phase.value = { at: "waiting" };
    // Read in the sale a moment ago: it lives for a minute.
    void read().then(() => handed !== null && arrived(handed));
    const timer = setInterval(() => document.visibilityState === "visible" && void read(), EVERY_S * 1000);
    return () => clearInterval(timer);
  }, []);
  const { at } = phase.value;
  if (at !== "waiting" && at !== "sending") return <Outcome now={phase.value} />;
  const facility = facilityNow();
  const none = facilities.value !== null && facility === null;
  return (
    <Frame title={say("door.title")}>
      {none ? (
        <Empty>{say("door.no-facility")}</Empty>
      ) : (
        <>
          <Where />
          <CameraView
            read={at === "sending"}
            wrong={foreign.value ? say("door.foreign") : null}
            take={arrived}
            again={null}
            typing={{ label: say("door.code"), hint: say("door.code-hint"), fault: say("door.foreign") }}
          />
          {at === "sending" && <Button busy>{say("door.sending")}</Button>}
          <p role="status">{phase.value.at === "sending" && phase.value.slow ? say("door.slow") : ""}</p>
          <Unanswered />
          {failure.value && <Unread failure={failure.value} again={() => void read()} />}
          {slots.value ? <Day all={slots.value} /> : !failure.value && <div class="skeleton ticket" aria-hidden="true" />}
        </>
      )}
    </Frame>
  );
}

function Where() {
  const all = facilities.value ?? [];
  const here = facilityNow();
  if (here === null) return null;
  const nameOf = ({ title, facility_id }: (typeof all)[number]) => (title ? titled(title).text : facility_id);
  if (all.length === 1) return <p class="note">{nameOf(here)}</p>;
  return (
    <div class="field">
      <label for="facility">{say("door.facility")}</label>
      <select id="facility" value={here.facility_id} onChange={(event) => { choose(event.currentTarget.value); void read(); }}>
        {all.map((each) => <option key={each.facility_id} value={each.facility_id}>{nameOf(each)}</option>)}
      </select>
    </div>
  );
}

/** Asked once more under the same number; it decides whether the person is in. */
function Unanswered() {
  const open = phase.value.at === "waiting" ? unanswered() : [];
  return (
    <>
      {open.map((sale) => (
        <Notice key={sale.number} mood="wait" icon="offline" title={say("unknown.title")}>
          <p class="numbers">{`${clock(sale.at_s)} · ${tell("order.number", { number: sale.number })}`}</p>
          <Button kind="quiet" onPress={() => void askedAgain(sale)}>{say("unknown.again")}</Button>
        </Notice>
      ))}
    </>
  );
}

const LOOKS: Record<Standing, [Mood, DoorWord]> = {
  open: ["done", "slot.open"], early: ["note", "slot.early"], over: ["note", "slot.over"], cancelled: ["stop", "slot.cancelled"], none: ["note", "slot.none"],
};

function Day({ all }: { all: Counts[] }) {
  if (all.length === 0) return <Empty>{say("day.none")}</Empty>;
  const expected = all.filter((slot) => ["open", "early", "none"].includes(standingOf(slot, nowS.value))).reduce((sum, { booked, checked_in }) => sum + booked - checked_in, 0);
  return (
    <section class="stack">
      <h2>{say("day.title")}</h2>
      <p>{say("day.expected", { count: expected })}</p>
      <ul class="orders">{all.map((slot) => <Row key={slot.slot_id} slot={slot} />)}</ul>
      <p><Button kind="quiet" icon="refresh" onPress={() => void read()}>{say("day.again")}</Button></p>
    </section>
  );
}

function Row({ slot }: { slot: Counts }) {
  const [mood, word] = LOOKS[standingOf(slot, nowS.value)];
  const { booked, checked_in, waiting, units, check_in, cancelled } = slot;
  return (
    <li class="slot">
      <strong class="numbers">{clock(slot.starts_at)}</strong>
      <span class="what">
        <span>{say("slot.counts", { booked, units, in: checked_in })}{waiting > 0 && ` · ${say("slot.waiting", { count: waiting })}`}</span>
        {cancelled !== null && <span class="note">{cancelled}</span>}
        {cancelled === null && check_in && <span class="note numbers">{say("slot.window", { opens: clock(check_in.opens_at), closes: clock(check_in.closes_at) })}</span>}
      </span>
      <Chip mood={mood}>{say(word)}</Chip>
    </li>
  );
}


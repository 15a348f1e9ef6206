// What can be done about a batch now: at most one red button, and a line that says how things are.

import { clockOf, momentOf, zoneOf } from "../shared/figures";
import { nowS } from "../shared/clock";
import { Button } from "../shared/parts/button";
import { Countdown } from "../shared/parts/countdown";
import { Notice } from "../shared/parts/notice";
import { saved } from "../shared/saving";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { signedIn, signIn, TOKEN_SPARE_S, tokenLeftS } from "./app";
import type { Booking } from "./booking";
import { calendarOf } from "./calendar";
import type { Batch, Campaign } from "./catalogue";
import { ARM_BEFORE_S, type Claiming } from "./claiming";
import { Missed, Reserve } from "./reserve";
import { Refused, Thumb, Underway } from "./outcome";
import type { Situation } from "./situation";
import { say } from "./words";

/** From so long before the opening on, those who are not signed in are told. */
const SIGN_IN_BEFORE_S = 1_800;

export interface ActProps {
  batch: Batch;
  campaign: Campaign;
  situation: Situation;
  claiming: Claiming;
  booking: Booking;
  /** What is said where the page can claim by itself, if it is not the usual. */
  arms?: { press: string; how: string; later: string };
}

export function Act(props: ActProps) {
  const { batch, campaign, situation, claiming } = props;
  const step = claiming.step.value;
  if (!["idle", "refused", "armed"].includes(step.step)) return <Underway batch={batch} claiming={claiming} />;
  if (situation.is === "before") return <Before {...props} />;
  if (situation.is === "open") return <Open {...props} />;
  return <Refused batch={batch} campaign={campaign} situation={situation} claiming={claiming} />;
}

function Before(props: ActProps) {
  const { batch, campaign, claiming, booking, arms } = props;
  const zone = campaign.timezone;
  const left = nowS.value === null ? Infinity : epochS(batch.opens_at) - nowS.value;
  const time = clockOf(batch.opens_at, zone, language.value);
  const armedHere = claiming.step.value.step === "armed";
  const soon = left <= ARM_BEFORE_S;
  const shortToken = signedIn.value === true && tokenLeftS() < left + TOKEN_SPARE_S;
  const mustSignIn = left <= SIGN_IN_BEFORE_S && (signedIn.value === false || shortToken);
  const told = (at: string | number) => (left > 86_400 ? momentOf : clockOf)(at, zone, language.value);
  const facts = { zone: zoneOf(zone, language.value), moment: told(batch.opens_at) };
  const rush = batch.mode === "first_come";
  return (
    <Thumb above={<Countdown until={batch.opens_at} label={say("act.until")} said={say(rush ? "act.opens" : "act.opens-calm", facts)} />}>
      {mustSignIn ? (
        <>
          <Notice mood="wait" live="status">{say(shortToken ? "act.sign-in-again" : "act.sign-in-before", { time })}</Notice>
          <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.in")}</Button>
        </>
      ) : armedHere ? (
        <>
          <Notice mood="done" live="status">{say("act.armed", { time })}</Notice>
          <Button kind="edge" onPress={() => claiming.undo()}>{say("act.undo")}</Button>
        </>
      ) : soon && !booking.missed ? (
        <>
          <p class="note status" role="status">{arms?.how ?? say("act.arm-how", { time })}</p>
          <Button kind="act" icon="clock" onPress={() => void claiming.arm(batch.opens_at, zone)}>{arms?.press ?? say("act.arm", { time })}</Button>
        </>
      ) : (
        rush && !booking.missed && <p class="note status">{arms?.later ?? say("act.arm-later", { time, from: told(epochS(batch.opens_at) - ARM_BEFORE_S) })}</p>
      )}
      {!armedHere && <Reserve booking={booking} batch={batch} zone={zone} first={!soon && !mustSignIn} />}
      {!soon && <AddToCalendar batch={batch} />}
    </Thumb>
  );
}

function AddToCalendar({ batch }: { batch: Batch }) {
  const save = () => {
    const { text } = titled(batch.title);
    const event = calendarOf(batch.batch_id, text, epochS(batch.opens_at), location.href);
    saved(`${batch.batch_id}.ics`, new Blob([event], { type: "text/calendar" }));
  };
  return <Button kind="quiet" icon="calendar" onPress={save}>{say("act.calendar")}</Button>;
}

function Open({ batch, claiming, booking }: ActProps) {
  const step = claiming.step.value;
  const lost = step.step === "idle" && step.lost === true;
  const count = new Intl.NumberFormat(language.value).format(batch.remaining);
  return (
    <Thumb>
      {lost && <Notice mood="wait" live="status">{say("act.not-claimed")}</Notice>}
      {booking.missed ? (
        <Missed />
      ) : signedIn.value === false ? (
        <>
          <p class="note status">{say("act.sign-in")}</p>
          <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.in")}</Button>
        </>
      ) : (
        <>
          <p class="note status" role="status">{batch.remaining > 0 && say("act.left", { count })}</p>
          <Button kind="act" onPress={() => void claiming.press(batch.opens_at)}>{say("act.claim")}</Button>
        </>
      )}
    </Thumb>
  );
}

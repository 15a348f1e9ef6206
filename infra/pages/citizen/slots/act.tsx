// What can be done about a slot now: at most one red button, and how things are.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { UnreachableError, type ProblemError } from "../../shared/api";
import { nowS } from "../../shared/clock";
import { clockOf, momentOf, zoneOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Countdown } from "../../shared/parts/countdown";
import { Notice } from "../../shared/parts/notice";
import { lineOf, reactionTo } from "../../shared/reactions";
import { saved } from "../../shared/saving";
import { epochS } from "../../shared/server_time";
import { language, titled } from "../../shared/words";
import { signedIn, signIn } from "../app";
import { calendarOf } from "../calendar";
import { Hotline } from "../frame";
import { doorOf } from "../door/door";
import { Told } from "../door/told";
import { useLoaded } from "../loaded";
import { Thumb } from "../outcome";
import { to } from "../place";
import { bookableOf, partsOf, titleOf, type Slot } from "./catalogue";
import type { Read } from "./day";
import { standingOf, type Standing } from "./standing";
import type { Taking, What } from "./taking";
import { say } from "./words";

interface Props extends Read {
  slot: Slot;
  taking: Taking;
}

export function Act(props: Props) {
  const { slot, campaign, taking } = props;
  const step = taking.step.value;
  const mine = taking.mine.value ?? null;
  if (!["idle", "refused"].includes(step.step)) return <Underway {...props} />;
  const error = step.step === "refused" && step.what !== "leave" ? step.error : null;
  const standing = standingOf(slot, mine, error, nowS.value ?? epochS(slot.opens_at) - 86_400);
  const press = (what: What) => () => void taking.press(what, slot.opens_at);
  const clock = (at: string) => clockOf(at, campaign.timezone, language.value);
  const moment = (at: string) => momentOf(at, campaign.timezone, language.value);
  switch (standing.is) {
    case "before":
      return <Before {...props} />;
    case "open":
      return (
        <Thumb>
          {taking.left.value && <Notice mood="done" live="status" title={say("slot.left")} />}
          <Wanted what="book" press={press("book")}>{say("act.open", { count: Math.max(0, slot.units - slot.booked) })}</Wanted>
        </Thumb>
      );
    case "full":
      return (
        <Thumb>
          {taking.left.value && <Notice mood="done" live="status" title={say("slot.left")} />}
          <Notice mood="wait" live="status" title={say("full.title")}>
            {standing.rank === null ? say(nowS.value !== null && nowS.value >= epochS(slot.promote_until) ? "full.over" : "full.list") : say("full.waiting", { count: standing.waiting })}
          </Notice>
          {standing.rank !== null ? (
            <Wanted what="wait" press={press("wait")}>{say("full.rank", { rank: standing.rank, time: moment(slot.promote_until) })}</Wanted>
          ) : (
            <Wanted what="again" press={press("book")} />
          )}
        </Thumb>
      );
    case "booked":
      return <Booked {...props} standing={standing} press={press("leave")} />;
    case "waiting":
      return (
        <Thumb>
          <Notice mood="wait" live="status" title={standing.promotes ? say("waiting.title", { place: standing.place }) : say("waiting.over")}>
            <p>{standing.promotes ? say("waiting.why", { time: moment(slot.promote_until) }) : say("waiting.over-why")}</p>
            {error && <p>{lineOf(error, language.value)}</p>}
          </Notice>
          {!standing.promotes && <Button kind="act" onPress={press("book")}>{say("act.try")}</Button>}
          <Leave waiting press={press("leave")} />
        </Thumb>
      );
    case "cancelled":
      return (
        <Thumb>
          <Notice mood="stop" live="alert" title={say("cancelled.title")}>
            {standing.reason && <p>{say("cancelled.reason", { reason: standing.reason })}</p>}
            {standing.mine && <p>{say("cancelled.mine")}</p>}
            <Hotline />
          </Notice>
          <Others {...props} />
        </Thumb>
      );
    case "halted":
      return <Thumb><Notice mood="stop" live="status" title={say("halted.title")} /><Others {...props} /></Thumb>;
    case "begun":
      return <Thumb><Notice mood="stop" live="status" title={say("begun.title", { time: clock(slot.starts_at) })} /><Others {...props} /></Thumb>;
    default:
      return <Person {...props} error={standing.error} press={press(step.step === "refused" ? step.what : "book")} />;
  }
}

/** The thing to do, or signing in before it. */
function Wanted({ what, press, children }: { what: "book" | "wait" | "again"; press: () => void; children?: ComponentChildren }) {
  if (signedIn.value === false) {
    return (
      <>
        <p class="note status">{say("act.sign-in")}</p>
        <Button kind="act" icon="person" onPress={signIn}>{say("act.in")}</Button>
      </>
    );
  }
  const word = { book: "act.book", wait: "act.wait", again: "act.again" } as const;
  return (
    <>
      {children && <p class="note status" role="status">{children}</p>}
      <Button kind={what === "again" ? "edge" : "act"} onPress={press}>{say(word[what])}</Button>
    </>
  );
}

function Before({ slot, campaign }: Props) {
  const zone = campaign.timezone;
  const facts = { zone: zoneOf(zone, language.value), moment: momentOf(slot.opens_at, zone, language.value) };
  return (
    <Thumb above={<Countdown until={slot.opens_at} label={say("act.until")} said={say("act.opens", facts)} />}>
      {signedIn.value === false && (
        <>
          <p class="note status">{say("act.sign-in-before")}</p>
          <Button kind="act" icon="person" onPress={signIn}>{say("act.in")}</Button>
        </>
      )}
      <ToCalendar slot={slot} title={say("calendar.opens")} momentS={epochS(slot.opens_at)} />
    </Thumb>
  );
}

type BookedProps = Props & { standing: Extract<Standing, { is: "booked" }>; press: () => void };

function Booked(props: BookedProps) {
  const { slot, campaign, bookable, taking, standing, press } = props;
  const step = taking.step.value;
  const mine = taking.mine.value ?? null;
  const door = doorOf(mine, nowS.value ?? 0);
  if (mine && (door.is === "in" || door.is === "over")) return <Thumb><Told door={door} mine={mine} zone={campaign.timezone} /></Thumb>;
  const until = momentOf(slot.cancel_until, campaign.timezone, language.value);
  const place = bookable.venue?.address ? titled(bookable.venue.address).text : undefined;
  return (
    <Thumb>
      <Notice mood="done" live="status" title={say(taking.movedUp ? "booked.moved-up" : "booked.title")}>
        <p>{say(slot.payable_minor > 0 ? "booked.pay" : "booked.come")}</p>
        {door.is === "before" && <p>{say("booked.door", { moment: momentOf(door.opensAt, campaign.timezone, language.value) })}</p>}
      </Notice>
      {door.is === "open" && <ToDoor slot={slot} campaign={campaign} closesAt={door.closesAt} />}
      {step.step === "refused" && (
        <Notice mood="stop" live="alert">{lineOf(step.error, language.value)}</Notice>
      )}
      {door.is !== "open" && (
        <ToCalendar
          slot={slot}
          title={titleOf(bookable).text}
          momentS={epochS(slot.starts_at)}
          lastsS={epochS(slot.ends_at) - epochS(slot.starts_at)}
          place={place}
        />
      )}
      {standing.late ? (
        <Notice mood="note" title={say(standing.begun ? "late.begun" : "late.title")}>{!standing.begun && <p>{say("late.why", { moment: until })}</p>}</Notice>
      ) : (
        <Leave until={until} press={press} />
      )}
    </Thumb>
  );
}

/** The code that the venue scans: the thing to do now. */
function ToDoor({ slot, campaign, closesAt }: Pick<Props, "slot" | "campaign"> & { closesAt: string }) {
  const { id, day, hhmm } = partsOf(slot.slot_id);
  return (
    <>
      <p class="note status">{say("booked.door-until", { time: clockOf(closesAt, campaign.timezone, language.value) })}</p>
      <Button kind="act" icon="code" href={to("seasons", campaign.campaign_id, "facilities", id, day, hhmm, "code")}>{say("booked.code")}</Button>
    </>
  );
}

/** Giving back takes two presses: the place goes to the next at once. */
function Leave({ until, waiting = false, press }: { until?: string; waiting?: boolean; press: () => void }) {
  const [sure, setSure] = useState(false);
  if (!sure) {
    return <Button kind={waiting ? "quiet" : "edge"} onPress={() => setSure(true)}>{waiting ? say("leave.line") : say("leave.back", { until: until ?? "" })}</Button>;
  }
  return (
    <Notice mood="wait" live="alert" title={say(waiting ? "leave.line-sure" : "leave.sure")}>
      <p>{say(waiting ? "leave.line-why" : "leave.why")}</p>
      <Button kind="quiet" onPress={press}>{say(waiting ? "leave.line-yes" : "leave.yes")}</Button>
      <Button kind="quiet" onPress={() => setSure(false)}>{say("leave.no")}</Button>
    </Notice>
  );
}

interface CalendarProps {
  slot: Slot;
  title: string;
  momentS: number;
  lastsS?: number;
  place?: string | undefined;
}

function ToCalendar({ slot, title, momentS, lastsS, place }: CalendarProps) {
  const save = () => {
    const more = lastsS === undefined ? {} : { lastsS, alarmS: 3_600, place };
    const event = calendarOf(`${slot.slot_id}-${momentS}`, title, momentS, location.href, more);
    saved(`${slot.slot_id}.ics`, new Blob([event], { type: "text/calendar" }));
  };
  return <Button kind="quiet" icon="calendar" onPress={save}>{say("calendar.add")}</Button>;
}

function Others({ campaign, slot }: Pick<Props, "campaign" | "slot">) {
  const { id, day } = partsOf(slot.slot_id);
  return <Button kind="edge" href={to("seasons", campaign.campaign_id, "facilities", id, day)}>{say("act.others")}</Button>;
}

/** A refusal that is about the person, or of a kind that passes. */
function Person({ error, campaign, press, slot }: Props & { error: ProblemError; press: () => void }) {
  const { kind } = reactionTo(error);
  const passes = kind === "repeat" || kind === "wait";
  const { slot_id: other, until } = error.problem;
  return (
    <Thumb>
      <Notice mood={passes ? "wait" : "stop"} title={lineOf(error, language.value)} live="alert">
        {typeof until === "string" && <p>{say("refused.until", { moment: momentOf(until, campaign.timezone, language.value) })}</p>}
        {typeof other === "string" && <Other slotId={other} campaignId={campaign.campaign_id} />}
        {error.problem.reason === "quota" && <p>{say("refused.quota")}</p>}
        {error.problem.reason !== "overlap" && <Hotline />}
      </Notice>
      {kind === "sign-in" ? (
        <Button kind="act" icon="person" onPress={signIn}>{say("act.in")}</Button>
      ) : passes ? (
        <Button kind="act" icon="refresh" onPress={press}>{say("act.again")}</Button>
      ) : error.problem.reason === "quota" ? (
        <Button kind="edge" icon="calendar" href={to("bookings")}>{say("bookings.see")}</Button>
      ) : (
        <Others campaign={campaign} slot={slot} />
      )}
    </Thumb>
  );
}

/** The slot at that time that the person is in already. */
function Other({ slotId, campaignId }: { slotId: string; campaignId: string }) {
  const { id, day, hhmm } = partsOf(slotId);
  const [loaded] = useLoaded(async () => bookableOf(campaignId, id).catch((error) => Promise.reject(new UnreachableError(String(error)))), [slotId]);
  const found = loaded.state === "read" ? loaded.value : null;
  const { text } = found ? titleOf(found) : { text: id.replace(/-/g, " ") };
  const time = `${hhmm.slice(0, 2)}:${hhmm.slice(2)}`;
  return <p><a href={to("seasons", campaignId, "facilities", id, day, hhmm)}>{say("refused.other", { title: text, time })}</a></p>;
}

/** Queueing, asking, checking, repeating by itself, or not known. */
function Underway({ slot, taking }: Props) {
  const step = taking.step.value;
  if (step.step === "unknown") {
    return (
      <Thumb>
        <Notice mood="wait" icon="offline" title={say(step.what === "leave" ? "unknown.left" : "unknown.title")} live="alert">{say("unknown.why")}</Notice>
        <Button kind="act" icon="refresh" onPress={() => void taking.press(step.what, slot.opens_at)}>{say("unknown.ask")}</Button>
      </Thumb>
    );
  }
  const [mood, line] = ((): ["wait" | "note", string] => {
    if (step.step === "queueing") return ["note", say("underway.queueing")];
    if (step.step === "checking") return ["wait", say("underway.checking")];
    if (step.step === "busy") {
      const seconds = Math.max(0, Math.ceil(step.untilS - (nowS.value ?? step.untilS)));
      return ["wait", say(seconds > 0 ? "underway.busy" : "underway.busy-now", { seconds, attempt: step.attempt })];
    }
    return ["note", step.step === "asking" && step.slow ? say("underway.slow") : ""];
  })();
  return (
    <Thumb>
      <div role="status">{line && <Notice mood={mood} icon="clock">{line}</Notice>}</div>
      <Button kind="act" busy>{say("underway.button")}</Button>
    </Thumb>
  );
}

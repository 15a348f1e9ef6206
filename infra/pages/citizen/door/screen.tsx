// The code of a booked slot, for the camera of its venue: from a while before the start until a while after it.

import { useEffect } from "preact/hooks";
import type { Schema } from "../../shared/routes";
import { nowS } from "../../shared/clock";
import { clockOf, momentOf, spanOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Countdown } from "../../shared/parts/countdown";
import { Notice } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language } from "../../shared/words";
import { api, signedIn, signIn } from "../app";
import { awake } from "../awake";
import { knownCampaign, type Campaign } from "../catalogue";
import { Showing } from "../code";
import { Frame, Hotline, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { place, to } from "../place";
import { bookableOf, bookingRead, titleOf, type Bookable, type Mine } from "../slots/catalogue";
import { Where } from "../slots/parts";
import { When } from "../slots/slot";
import { doorOf } from "./door";
import { Told } from "./told";
import { say } from "./words";

/** Between two looks whether the venue has scanned it, and otherwise. */
const LOOK_S = 3;
const LOOK_CALM_S = 30;

interface Props {
  campaignId: string;
  id: string;
  day: string;
  hhmm: string;
}

interface Read {
  campaign: Campaign;
  bookable: Bookable | null;
  mine: Mine | null;
}

export function DoorScreen({ campaignId, id, day, hhmm }: Props) {
  const slotId = `${id}.${day}.${hhmm}`;
  return (
    <Frame back={{ href: to("seasons", campaignId, "facilities", id, day, hhmm), name: say("door.slot") }}>
      {signedIn.value === false && (
        <div class="empty">
          <Title>{say("code.title")}</Title>
          <p>{say("door.sign-in")}</p>
          <Button kind="act" icon="person" onPress={signIn}>{say("door.sign-in-now")}</Button>
        </div>
      )}
      {signedIn.value && <Shown key={slotId} slotId={slotId} campaignId={campaignId} id={id} />}
    </Frame>
  );
}

function Shown({ slotId, campaignId, id }: { slotId: string; campaignId: string; id: string }) {
  const [loaded, again] = useLoaded(async (call): Promise<Read> => {
    const mine = await bookingRead(slotId, call);
    const campaign = await knownCampaign(campaignId);
    // What it is called is no reason to keep somebody at the door.
    return { mine, campaign, bookable: await bookableOf(campaignId, id).catch(() => null) };
  }, [slotId]);
  const read = loaded.state === "read" ? loaded.value : null;
  const door = doorOf(read?.mine ?? null, nowS.value ?? 0);
  useLooking(door.is === "open" ? LOOK_S : LOOK_CALM_S, again);
  return (
    <div class="groups">
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton square" />
      </Waiting>
      {read && (read.mine && read.mine.status !== "waiting" ? <Door {...read} mine={read.mine} again={again} /> : <NoPlace />)}
    </div>
  );
}

function Door({ campaign, bookable, mine, again }: Read & { mine: Mine; again: () => void }) {
  const zone = campaign.timezone;
  const { text, lang } = titleOf(bookable ?? { id: mine.slot_id.split(".")[0] ?? "", title: null, venue: null, sport: null });
  const door = doorOf(mine, nowS.value ?? 0);
  return (
    <>
      <div>
        <Title lang={lang}>{text}</Title>
        <When slot={mine} zone={zone} />
        {door.is === "open" && <Closes at={door.closesAt} zone={zone} />}
      </div>
      {door.is === "none" && <None mine={mine} />}
      {door.is === "before" && (
        <Countdown
          until={door.opensAt}
          label={say("door.before-until")}
          said={say("door.before-why", { moment: momentOf(door.opensAt, zone, language.value) })}
        />
      )}
      {door.is === "open" && <Open mine={mine} name={text} again={again} />}
      {(door.is === "in" || door.is === "over") && <div class="stack"><Told door={door} mine={mine} zone={zone} /></div>}
      {bookable?.venue && <Where of={bookable} />}
    </>
  );
}

function Closes({ at, zone }: { at: string; zone: string }) {
  const left = spanOf(epochS(at) - (nowS.value ?? epochS(at))).clock.replace(/^00:/, "");
  return <p class="numbers">{say("code.closes", { time: clockOf(at, zone, language.value), left })}</p>;
}

function Open({ mine, name, again }: { mine: Mine; name: string; again: () => void }) {
  useEffect(awake, []);
  return (
    <Showing title={say("code.title")} name={name} hint={say("code.hint")} unreadable={say("code.unreadable")} ask={() => codeOf(mine.slot_id)} refused={again}>
      <p class="note">{say("code.unreadable-why")}</p>
      <Hotline />
    </Showing>
  );
}

/** Nobody is checked in here. */
function None({ mine: { status, reason } }: { mine: Mine }) {
  if (status !== "cancelled") return <Notice title={say("door.free")}><p>{say("door.free-why")}</p></Notice>;
  return (
    <div class="stack">
      <Notice mood="stop" live="alert" title={say("door.cancelled")}>
        {reason && <p>{say("door.reason", { reason })}</p>}
        <Hotline />
      </Notice>
      <Button kind="edge" href={slotHref()}>{say("door.see-slot")}</Button>
    </div>
  );
}

/** Given back, still waiting, or never booked. */
function NoPlace() {
  return (
    <div class="stack">
      <Title failed>{say("door.left")}</Title>
      <p>{say("door.left-why")}</p>
      <Button href={slotHref()}>{say("door.see-slot")}</Button>
    </div>
  );
}

function slotHref(): string {
  return to(...place.value.slice(0, -1));
}

/** Nothing is written for it, so it may be asked for again. */
async function codeOf(slotId: string): Promise<Schema<"SlotCodeView">> {
  return (await api.call("POST /slots/{slot_id}/code", { path: { slot_id: slotId }, body: {}, writes: false })).body;
}

// One slot: when and where, how it stands for the person, and the one thing to do now.

import { useEffect } from "preact/hooks";
import { nowS } from "../../shared/clock";
import { clockOf, dayOf, moneyOf, momentOf } from "../../shared/figures";
import { epochS } from "../../shared/server_time";
import { language } from "../../shared/words";
import { signedIn } from "../app";
import { knownCampaign } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { to } from "../place";
import { Act } from "./act";
import { bookableOf, dayRead, titleOf, type Slot } from "./catalogue";
import { Court } from "./court";
import type { Read } from "./day";
import { Missing, Where } from "./parts";
import { takingOf } from "./taking";
import { say } from "./words";

/** Between two looks; who waits is told soon. */
const LOOK_S = 30;
const LOOK_WAITING_S = 15;

interface Props {
  campaignId: string;
  id: string;
  day: string;
  hhmm: string;
}

export function SlotScreen({ campaignId, id, day, hhmm }: Props) {
  const slotId = `${id}.${day}.${hhmm}`;
  const taking = takingOf(slotId);
  const [loaded, again] = useLoaded(async (call): Promise<(Read & { slot: Slot }) | null> => {
    const campaign = await knownCampaign(campaignId);
    const bookable = await bookableOf(campaignId, id);
    if (!bookable) return null;
    const read = await dayRead(id, day, call);
    const slot = read.slots.find(({ slot_id }) => slot_id === slotId);
    taking.forgive();
    return slot ? { campaign, bookable, day: read, slot } : null;
  }, [slotId]);
  const read = loaded.state === "read" ? loaded.value : null;
  const inIt = taking.mine.value != null;
  const look = () => {
    again();
    if (inIt) void taking.look();
  };
  useLooking(taking.mine.value?.status === "waiting" ? LOOK_WAITING_S : LOOK_S, look);
  useEffect(() => {
    if (signedIn.value) void taking.look();
    const shown = () => document.visibilityState === "visible" && signedIn.value && void taking.look();
    document.addEventListener("visibilitychange", shown);
    return () => document.removeEventListener("visibilitychange", shown);
  }, [slotId, signedIn.value]);
  const title = read ? titleOf(read.bookable) : { text: say("slot.day") };
  return (
    <Frame back={{ href: to("seasons", campaignId, "facilities", id, day), name: say("slot.day") }}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton line" />
        <div class="skeleton button" />
      </Waiting>
      {read && (
        <article class="groups">
          <div class="masthead">
            <Court />
            <Title lang={title.lang}>{title.text}</Title>
            <When slot={read.slot} zone={read.campaign.timezone} />
          </div>
          <Act {...read} taking={taking} />
          <Facts {...read} />
        </article>
      )}
      {loaded.state === "read" && !read && <Missing />}
    </Frame>
  );
}

/** 「6月13日周六 18:00–19:00」 */
export function When({ slot, zone }: { slot: Pick<Slot, "starts_at" | "ends_at">; zone: string }) {
  const clock = (at: string) => clockOf(at, zone, language.value);
  return (
    <p class="slot-time">
      <span class="day">{dayOf(slot.starts_at, zone, language.value)}</span>{" "}
      <span class="numbers">{clock(slot.starts_at)}–{clock(slot.ends_at)}</span>
    </p>
  );
}

function Facts({ campaign, bookable, slot }: Read & { slot: Slot }) {
  const moment = (at: string) => momentOf(at, campaign.timezone, language.value);
  const early = epochS(slot.starts_at) > (nowS.value ?? 0);
  return (
    <dl class="rows">
      <div><dt>{say("fact.price")}</dt><dd>{priceOf(slot, campaign.currency)}</dd></div>
      {bookable.venue && <div><dt>{say("fact.where")}</dt><dd><Where of={bookable} /></dd></div>}
      {early && (
        <>
          <div><dt>{say("fact.back")}</dt><dd>{say("fact.until", { moment: moment(slot.cancel_until) })}</dd></div>
          {slot.waiting_max > 0 && (
            <div><dt>{say("fact.line")}</dt><dd>{say("fact.line-until", { moment: moment(slot.promote_until), count: slot.waiting_max })}</dd></div>
          )}
        </>
      )}
    </dl>
  );
}

/** 「¥60，您到场付 ¥40」: what it costs, and what is left of it for the person. */
function priceOf({ price_minor, payable_minor }: Slot, currency: string) {
  const of = (minor: number) => moneyOf(minor, currency, language.value, true);
  const money = of(price_minor);
  if (price_minor === 0) return say("places.free");
  if (payable_minor === price_minor) return say("fact.pay", { money });
  return payable_minor > 0 ? say("fact.pay-less", { money, payable: of(payable_minor) }) : say("fact.pay-nothing", { money });
}

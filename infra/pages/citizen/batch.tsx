// One batch: what it gives, when, and the one thing to do now.

import { useEffect } from "preact/hooks";
import { nowS } from "../shared/clock";
import { Drawing, sectionOf } from "../shared/parts/drawings";
import { epochS } from "../shared/server_time";
import { titled } from "../shared/words";
import { Announced } from "./announced";
import { api, signedIn } from "./app";
import { useBooking } from "./booking";
import { batchOf, knownCampaign, type Batch, type Campaign } from "./catalogue";
import { claimingOf } from "./claiming";
import { Claimed } from "./claimed";
import { Act } from "./act";
import { Facts, Pack } from "./pack";
import { Frame, Title } from "./frame";
import { LaterPart } from "./later";
import { useLoaded, useLooking, Waiting } from "./loaded";
import { to } from "./place";
import { isOver, situationAfter, situationOf, type Situation } from "./situation";
import { say } from "./words";

/** Between two looks at a batch that changes; in the last of them before an opening there is none. */
const LOOK_S = 60;
const LOOK_PAUSED_S = 30;

const exchange = async () => (await import("./rest")).Exchange;
const lottery = async () => (await import("./rest")).Lottery;

export function BatchScreen({ id }: { id: string }) {
  const [loaded, again] = useLoaded(async (call) => {
    const batch = await batchOf(id, call);
    return { batch, campaign: await knownCampaign(batch.campaign_id) };
  }, [id]);
  const read = loaded.state === "read" ? loaded.value : null;
  const { text, lang } = titled(read?.campaign.title ?? "");
  const back = read
    ? { href: to("seasons", read.campaign.campaign_id), name: text, lang }
    : { href: "#/", name: say("season.all") };
  return (
    <Frame back={back}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton line" />
        <div class="skeleton button" />
      </Waiting>
      {read && <Shown key={id} batch={read.batch} campaign={read.campaign} again={again} />}
    </Frame>
  );
}

function Shown({ batch, campaign, again }: { batch: Batch; campaign: Campaign; again: () => void }) {
  const claiming = claimingOf(batch.batch_id);
  const step = claiming.step.value;
  const now = nowS.value ?? epochS(batch.opens_at) - 86_400;
  const said = situationOf(batch, now);
  const error = step.step === "refused" ? step.error : step.step === "armed" ? step.after : null;
  const refusal = error && situationAfter(error, now);
  const situation: Situation = refusal ?? said;
  const booking = useBooking(batch, now);
  const opened = now >= epochS(batch.opens_at);

  useEffect(() => {
    if (refusal && (isOver(refusal, said) || (refusal.is === "before" && opened))) claiming.forgive();
  }, [batch, opened]);
  useEffect(() => {
    if (signedIn.value && opened) void claiming.look();
  }, [signedIn.value, opened]);
  useLooking(everyOf(situation), () => {
    const left = api.time.isKnown ? api.time.secondsUntil(batch.opens_at) : 0;
    if (left === 0 || left > LOOK_S) again();
  });

  const { text, lang } = titled(batch.title);
  const section = sectionOf(batch.section_id);
  const drawn = batch.mode === "lottery";
  return (
    <article class="groups">
      <div class="masthead">
        <Drawing section={section} />
        <Title lang={lang}>{text}</Title>
      </div>
      {drawn || batch.price_points > 0 ? (
        <LaterPart load={drawn ? lottery : exchange} props={{ batch, campaign, situation, claiming, booking }}>
          <Pack batch={batch} currency={campaign.currency} />
        </LaterPart>
      ) : step.step === "claimed" ? (
        <Claimed batch={batch} campaign={campaign} claim={step.claim} fresh={step.fresh} />
      ) : (
        <>
          <Pack batch={batch} currency={campaign.currency} />
          <Act batch={batch} campaign={campaign} situation={situation} claiming={claiming} booking={booking} />
        </>
      )}
      <Announced campaignIds={[batch.campaign_id]} here={(placement) => placement === `batch:${batch.batch_id}`} />
      <Facts batch={batch} campaign={campaign} />
    </article>
  );
}

/** How often the batch is asked for again; null where nothing about it changes any more. */
function everyOf({ is }: Situation): number | null {
  if (["closed", "stopped", "sold-out"].includes(is)) return null;
  return is === "paused" ? LOOK_PAUSED_S : LOOK_S;
}

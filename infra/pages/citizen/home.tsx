// The first screen: the seasons that run, and what opens next in each.

import { nowS } from "../shared/clock";
import { clockOf, dateOf } from "../shared/figures";
import { Drawing, sectionOf } from "../shared/parts/drawings";
import type { Asking } from "../shared/api";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { Announced } from "./announced";
import { api } from "./app";
import { campaignOf, campaigns, type Campaign } from "./catalogue";
import { nearDayOf } from "./days";
import { Frame, Title, ToWallet } from "./frame";
import { useLoaded, Waiting } from "./loaded";
import { to } from "./place";
import { Dates, SeasonShown } from "./season";
import { say } from "./words";

/** Those that are not over, the first to end on top; of the others only the names. */
async function seasons(call: Asking) {
  const all = await campaigns(call);
  const now = api.time.nowS();
  const live = all.filter(({ ends_at }) => epochS(ends_at) > now).sort((a, b) => begun(b.starts_at, now) - begun(a.starts_at, now) || epochS(a.ends_at) - epochS(b.ends_at));
  return { live: await Promise.all(live.map(({ campaign_id }) => campaignOf(campaign_id, call))), over: all.filter(({ ends_at }) => epochS(ends_at) <= now) };
}

function begun(startsAt: string, now: number): number {
  return epochS(startsAt) <= now ? 1 : 0;
}

export function Home() {
  const [loaded, again] = useLoaded(seasons, []);
  const read = loaded.state === "read" ? loaded.value : null;
  const [only, second] = read?.live ?? [];
  return (
    <Frame>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {read && only && !second && <SeasonShown campaign={only} />}
      {read && !(only && !second) && (
        <div class="stack">
          <Title>{say("home.title")}</Title>
          <Announced campaignIds={read.live.map(({ campaign_id }) => campaign_id)} here={(placement) => /^(home|ticker)$/.test(placement)} />
          {read.live.length === 0 && <Nothing />}
          {read.live.map((campaign) => <Card key={campaign.campaign_id} campaign={campaign} />)}
          {read.over.length > 0 && (
            <details>
              <summary>{say("home.over", { count: read.over.length })}</summary>
              <ul>
                {read.over.map(({ campaign_id, title }) => {
                  const { text, lang } = titled(title);
                  return <li key={campaign_id}><a class="row" href={to("seasons", campaign_id)} {...(lang && { lang })}>{text}</a></li>;
                })}
              </ul>
            </details>
          )}
        </div>
      )}
    </Frame>
  );
}

function Card({ campaign }: { campaign: Campaign }) {
  const now = nowS.value ?? 0;
  const zone = campaign.timezone;
  const { text, lang } = titled(campaign.title);
  const section = sectionOf(campaign.sections[0]?.section_id);
  const coming = campaign.batches.filter((batch) => epochS(batch.opens_at) > now).sort((a, b) => epochS(a.opens_at) - epochS(b.opens_at))[0];
  const open = campaign.batches.filter(({ status, opens_at, closes_at }) => epochS(opens_at) <= now && now < epochS(closes_at) && ["open", "scheduled", "booking"].includes(status)).length;
  return (
    <a class={`card season tint-${section}`} href={to("seasons", campaign.campaign_id)}>
      <Drawing section={section} />
      <h2 {...(lang && { lang })}>{text}</h2>
      <Dates of={campaign} />
      {open > 0 && <p class="now">{say("home.open", { count: open })}</p>}
      {coming && (
        <p class="now">
          <time class="day" dateTime={coming.opens_at}>
            {say("home.next", { day: nearDayOf(dateOf(coming.opens_at, zone), dateOf(now, zone)), time: clockOf(coming.opens_at, zone, language.value) })}
          </time>
        </p>
      )}
    </a>
  );
}

function Nothing() {
  return (
    <div class="empty">
      <Drawing section="opening" />
      <p>{say("home.none")}</p>
      <ToWallet />
    </div>
  );
}

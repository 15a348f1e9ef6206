// The public page: how much of a season's packs is handed out, a release by the second while one is on, and what the
// season has come to. No sign-in, no persons, no budgets.

import { nowS } from "../shared/clock";
import { dayOf, clockOf } from "../shared/figures";
import { Drawing } from "../shared/parts/drawings";
import { language, titled } from "../shared/words";
import type { Schema } from "../shared/routes";
import { byOpening, totalsOf, type Summary } from "./batches";
import { Later } from "./later";
import { AsOf, Claimed, Figure, HandedOut, Name, StatusChip, Title, Waiting } from "./parts";
import { boardHref } from "./place";
import { Release } from "./release";
import { api, useCampaigns, useReading } from "./stack";
import { releaseOf } from "./stats";
import { Totals } from "./totals";
import { count, moment, say, share, zone } from "./words";

type View = Schema<"CampaignView">;

const EVERY_S = 5;
/** What is over stays on the page; what comes is read less often than what runs. */
const LIST_EVERY_S = 60;

export function Board({ campaignId }: { campaignId: string | null }) {
  const list = useCampaigns(LIST_EVERY_S);
  const campaigns = list.value ?? [];
  const chosen = campaignId ?? currentOf(campaigns)?.campaign_id ?? null;
  return (
    <>
      {chosen !== null && <Season key={chosen} campaignId={chosen} />}
      {chosen === null && (
        <>
          <Title text={say("city.name")} />
          {(list.failure || list.value === null) && <Waiting read={list} />}
          {list.value?.length === 0 && (
            <div class="empty">
              <Drawing section="opening" />
              <p>{say("board.none")}</p>
              <p><a href="/">{say("board.citizens")}</a></p>
            </div>
          )}
        </>
      )}
      {campaigns.length > 1 && (
        <nav class="seasons" aria-label={say("board.seasons")}>
          <h2>{say("board.seasons")}</h2>
          <ul>
            {campaigns.map((one) => (
              <li key={one.campaign_id}>
                <a href={boardHref(one.campaign_id)} {...(one.campaign_id === chosen && { "aria-current": "page" as const })}>
                  <Name title={one.title} />
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </>
  );
}

/** The season that runs now; of several the one with the latest start; else the first. */
function currentOf(campaigns: Schema<"CampaignSummary">[]) {
  const now = api.time.isKnown ? api.time.nowS() * 1000 : 0;
  const running = campaigns.filter((one) => Date.parse(one.starts_at) <= now && now < Date.parse(one.ends_at));
  return running.sort((a, b) => Date.parse(b.starts_at) - Date.parse(a.starts_at))[0] ?? campaigns[0];
}

/** A season with its batches, read again every few seconds. */
export function useSeason(campaignId: string) {
  const path = { campaign_id: campaignId };
  return useReading(campaignId, async (signal) => (await api.call("GET /campaigns/{campaign_id}", { path, signal })).body, EVERY_S);
}

function Season({ campaignId }: { campaignId: string }) {
  const read = useSeason(campaignId);
  const season = read.value;
  if (season === null) {
    return (
      <>
        <Title text={say("city.name")} />
        <Waiting read={read} />
      </>
    );
  }
  const name = titled(season.title);
  const release = releaseOf(season.batches, nowS.value ?? 0);
  return (
    <section class="board">
      <p class="overline" {...(name.lang && { lang: name.lang })}>{name.text}</p>
      {release ? <Release key={release.batch_id} season={season} batch={release} /> : <Handed season={season} asOfS={read.asOfS} />}
      <Totals season={season} />
      <Later quiet of={({ Supplies }) => <Supplies campaignId={campaignId} local={season} />} />
      <Batches season={season} />
      <p class="ways">
        <a href={boardHref(campaignId, "today")}>{say("today.title")}</a>
        <a href={boardHref(campaignId, "wall")}>{say("wall.open")}</a>
      </p>
      <p class="note">{say("board.explained", { zone: zone(season) })}</p>
    </section>
  );
}

/** What is handed out of all batches. */
function Handed({ season, asOfS }: { season: View; asOfS: number | null }) {
  const { quantity, remaining, claimed, open, paused } = totalsOf(season.batches);
  const next = nextOf(season);
  return (
    <>
      <Title text={say("board.sentence", { claimed: count(claimed), left: share(remaining, quantity), open: count(open) })} />
      <AsOf asOfS={asOfS} local={season} />
      <dl class="figures">
        <Claimed quantity={quantity} remaining={remaining} note={say("board.about")} />
        <Figure name={say("board.open")} value={count(open)} note={paused > 0 ? say("board.paused", { count: count(paused) }) : say("board.of-batches", { count: count(season.batches.length) })} />
        {next && <Figure name={say("board.next")} {...next} />}
      </dl>
    </>
  );
}

/** When the next batch opens; null: none does. */
function nextOf(season: View): { value: string; note: string } | null {
  const next = byOpening(season.batches).find(({ status }) => status === "scheduled" || status === "booking");
  if (next === undefined) return null;
  const { timezone } = season;
  return { value: clockOf(next.opens_at, timezone, language.value), note: dayOf(next.opens_at, timezone, language.value) };
}

function Batches({ season }: { season: View }) {
  return (
    <>
      <h2>{say("board.batches")}</h2>
      <ul class="lines">
        {byOpening(season.batches).map((batch) => <Line key={batch.batch_id} batch={batch} season={season} />)}
      </ul>
    </>
  );
}

function Line({ batch, season }: { batch: Summary; season: View }) {
  return (
    <li class="line">
      <div>
        <p class="what"><Name title={batch.title} /></p>
        <p class="note">{say("board.window", { opens: moment(batch.opens_at, season), closes: moment(batch.closes_at, season) })}</p>
      </div>
      <div><StatusChip status={batch.status} /></div>
      <HandedOut quantity={batch.quantity} remaining={batch.remaining} />
    </li>
  );
}

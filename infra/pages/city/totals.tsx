// What a season has come to, by the statistics: one sentence for those who decide, and behind each number its table.

import { useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import type { Schema } from "../shared/routes";
import { titled } from "../shared/words";
import { plain } from "./csv";
import { AsOf, Figure, Table, Waiting } from "./parts";
import { api, useReading } from "./stack";
import { comparedOf, leverage, ofSmallFirms, SMALL_FIRMS, stated, type Row, type Stats } from "./stats";
import { districtName, Tiles } from "./tiles";
import { about, count, money, tenths, say, share, type CityWord } from "./words";

type View = Schema<"CampaignView">;
type By = Schema<"By">;

const EVERY_S = 15;
const COMPARED_EVERY_S = 60;

/** Statistics of a season from `fromS` on; without it of all of it. */
export function useStats(campaignId: string, by: By, { fromS, toS, everyS = EVERY_S }: { fromS?: number; toS?: number; everyS?: number } = {}) {
  const path = { campaign_id: campaignId };
  const query = { by, from: fromS === undefined ? null : stated(fromS), to: toS === undefined ? null : stated(toS) };
  return useReading(JSON.stringify([campaignId, query]), async (signal) => (await api.call("GET /campaigns/{campaign_id}/stats", { path, query, signal })).body, everyS);
}

/** 「1 元补贴带动 8.6 元消费」, with the formula. */
export function Leverage({ stats }: { stats: Stats }) {
  const times = leverage(stats.total);
  if (times === null) return <p class="sentence">{say("totals.none")}</p>;
  const { consumption_minor, discount_minor } = stats.total;
  return (
    <>
      <p class="sentence">{say("totals.sentence", { one: tenths(1, stats), times: tenths(times, stats) })}</p>
      <p class="note">{say("totals.formula", { consumption: money(consumption_minor, stats), discount: money(discount_minor, stats) })}</p>
    </>
  );
}

export function Totals({ season }: { season: View }) {
  const byDistrict = useStats(season.campaign_id, "district");
  const byTag = useStats(season.campaign_id, "tag");
  const byDay = useStats(season.campaign_id, "day");
  const stats = byDistrict.value;
  if (stats === null) return <section class="stack"><h2>{say("totals.title")}</h2><Waiting read={byDistrict} /></section>;
  return (
    <section class="stack">
      <h2>{say("totals.title")}</h2>
      <Leverage stats={stats} />
      <AsOf asOfS={byDistrict.asOfS} local={season} />
      <TotalFigures stats={stats} byTag={byTag.value} />
      <Compared season={season} />
      <Districts stats={stats} />
      <div>
        {byDay.value && byDay.value.rows.length > 0 && <Behind by="day" stats={byDay.value} named={(day) => day} />}
        {byTag.value && byTag.value.rows.length > 0 && <Behind by="tag" stats={byTag.value} named={tagName} />}
      </div>
    </section>
  );
}

export function TotalFigures({ stats, byTag }: { stats: Stats; byTag: Stats | null }) {
  const { total } = stats;
  if (total.redemptions === 0) return null;
  const small = byTag && ofSmallFirms(byTag);
  return (
    <dl class="figures">
      <Figure name={say("totals.redemptions")} value={count(total.redemptions)} note={say("totals.reversals", { count: count(total.reversals) })} />
      <Figure name={say("totals.consumption")} value={about(total.consumption_minor, stats)} note={say("totals.before", { amount: money(total.consumption_minor, stats) })} />
      <Figure name={say("totals.discount")} value={about(total.discount_minor, stats)} note={say("totals.match", { amount: money(total.discount_minor, stats), match: money(total.merchant_match_minor, stats) })} />
      {small !== null && <Figure name={say("totals.small")} value={share(small, total.consumption_minor)} note={say("totals.small-of", { amount: money(small, stats) })} />}
    </dl>
  );
}

const TAGS: Record<string, CityWord> = { "poor-area-speciality": "tag.poor-area", "hubei-origin": "tag.hubei" };

function tagName(tag: string): string {
  const word = SMALL_FIRMS.includes(tag) ? "tag.small-firm" : TAGS[tag];
  return word ? say(word) : tag;
}

type Shown = "redemptions" | "consumption_minor";
const SHOWN: Record<Shown, CityWord> = { redemptions: "totals.redemptions", consumption_minor: "totals.consumption" };

export function Districts({ stats, fixed = false }: { stats: Stats; fixed?: boolean }) {
  const [shown, setShown] = useState<Shown>("redemptions");
  if (stats.rows.length === 0) return null;
  const Heading = fixed ? "h2" : "h3";
  const numbers = stats.rows.map((row) => ({ district: row.name, value: row[shown] }));
  return (
    <section class="stack">
      <Heading>{say("totals.districts")}</Heading>
      {!fixed && (
        <div class="switches" role="group" aria-label={say("totals.districts")}>
          {(Object.keys(SHOWN) as Shown[]).map((one) => (
            <button key={one} type="button" class="switch" aria-pressed={shown === one} onClick={() => setShown(one)}>{say(SHOWN[one])}</button>
          ))}
        </div>
      )}
      <Tiles numbers={numbers} shown={(value) => (shown === "redemptions" ? count(value) : about(value, stats))} />
      <p class="note">{say("totals.steps")}</p>
      {!fixed && <Behind by="district" stats={stats} named={districtName} />}
    </section>
  );
}

const TITLES: Partial<Record<By, CityWord>> = { day: "totals.by-day", tag: "totals.by-tag", district: "totals.by-district" };

/** The table behind the numbers, and its file. */
function Behind({ by, stats, named }: { by: "day" | "tag" | "district"; stats: Stats; named: (name: string) => string }) {
  const title = say(TITLES[by]!);
  // A merchant's district and tags are known of its sales alone.
  const claims = (row: Row) => (by === "day" ? [row.claims] : []);
  const head = [title, ...(by === "day" ? [say("totals.claims")] : []), say("totals.redemptions"), say("totals.consumption"), say("totals.discount")];
  const columns = (row: Row) => [row.consumption_minor, row.discount_minor];
  const rows = stats.rows.map((row) => [named(row.name), ...claims(row).map(count), count(row.redemptions), ...columns(row).map((minor) => money(minor, stats))]);
  const lines = () => stats.rows.map((row) => [row.name, ...claims(row), row.redemptions, ...columns(row).map((minor) => plain(minor, stats.currency))]);
  return (
    <details class="behind">
      <summary>{say("totals.table", { title })}</summary>
      <Table caption={title} head={head} rows={rows} file={{ name: `${stats.campaign_id}-${by}`, lines }} />
    </details>
  );
}

/** The newest batch beside the one before it, as long after its opening. */
function Compared({ season }: { season: View }) {
  const pair = comparedOf(season.batches, nowS.value ?? 0);
  return pair && <Pair key={`${pair.now.batch_id} ${pair.minutes}`} season={season} {...pair} />;
}

function Pair({ season, now, before, minutes }: { season: View } & NonNullable<ReturnType<typeof comparedOf<View["batches"][number]>>>) {
  const span = (opens: string) => ({ fromS: Date.parse(opens) / 1000, toS: Date.parse(opens) / 1000 + minutes * 60, everyS: COMPARED_EVERY_S });
  const [mine, theirs] = [useStats(season.campaign_id, "batch", span(now.opens_at)), useStats(season.campaign_id, "batch", span(before.opens_at))];
  if (!mine.value || !theirs.value) return null;
  const claims = (stats: Stats, batchId: string) => count(stats.rows.find((row) => row.name === batchId)?.claims ?? 0);
  const facts = { minutes: count(minutes), now: titled(now.title).text, claims: claims(mine.value, now.batch_id), before: titled(before.title).text, then: claims(theirs.value, before.batch_id) };
  return <p>{say("totals.compared", facts)}</p>;
}

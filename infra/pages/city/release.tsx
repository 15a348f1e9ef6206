// The minute of a release, by the second: what is claimed and refused, what is left, and how old each number is.

import { useEffect, useRef, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { titled } from "../shared/words";
import type { Schema } from "../shared/routes";
import type { Status, Summary } from "./batches";
import { AsOf, Claimed, Figure, Title, Waiting } from "./parts";
import { Plot } from "./plot";
import { api, useReading } from "./stack";
import { causesOf, healthOf, secondsOf, type Stats } from "./stats";
import { count, say, second, share, type CityWord } from "./words";

type View = Schema<"CampaignView">;

const EVERY_S = 1;
/** As long as the stack tells seconds. */
const SHOWN_S = 180;
/** Of the time before the opening. */
const SHOWN_BEFORE_S = 15;
/** Claims follow within some seconds: a second is whole then. */
const WHOLE_AFTER_S = 2;
const RECENT_S = 10;
const CAUSES_MAX = 4;

/** The statistics of the last three minutes: one address for everybody who looks. */
function useSeconds(campaignId: string) {
  const path = { campaign_id: campaignId };
  return useReading(`${campaignId} seconds`, async (signal) => (await api.call("GET /campaigns/{campaign_id}/stats", { path, query: { by: "second" }, signal })).body, EVERY_S);
}

export function Release({ season, batch }: { season: View; batch: Summary }) {
  const read = useSeconds(season.campaign_id);
  const marks = useMarks(batch);
  const title = titled(batch.title);
  return (
    <section class="release stack">
      <p class="overline" {...(title.lang && { lang: title.lang })}>{say("release.title", { batch: title.text })}</p>
      {read.value === null && <Title text={say("release.title", { batch: title.text })} />}
      {read.value ? <Minute season={season} batch={batch} stats={read.value} readS={read.asOfS} marks={marks} /> : <Waiting read={read} lines={6} />}
    </section>
  );
}

interface MinuteProps {
  season: View;
  batch: Summary;
  stats: Stats;
  readS: number | null;
  marks: { atS: number; name: string }[];
}

function Minute({ season, batch, stats, readS, marks }: MinuteProps) {
  const opensS = Date.parse(batch.opens_at) / 1000;
  const nowIsS = Math.floor(readS ?? nowS.value ?? opensS);
  const toS = nowIsS - WHOLE_AFTER_S;
  const seconds = secondsOf(stats, batch.batch_id, Math.max(opensS - SHOWN_BEFORE_S, toS - SHOWN_S + EVERY_S), toS);
  const recent = seconds.slice(-RECENT_S);
  const packs = stats.packs.find((one) => one.batch_id === batch.batch_id);
  const [claims, quantity] = [packs?.claims ?? 0, packs?.quantity ?? batch.quantity];
  const refused = causesOf(seconds).reduce((sum, [, number]) => sum + number, 0);
  const isOpen = nowIsS >= opensS;
  const facts = { time: second(nowIsS, season), claimed: count(claims), left: share(quantity - claims, quantity), seconds: count(opensS - nowIsS) };
  const health = healthOf(recent);
  const sentence: CityWord = !isOpen ? "release.before" : health === "well" ? "release.well" : health === "drained" ? "release.drained" : "release.busy";
  const last = recent[recent.length - 1]?.claims ?? 0;
  return (
    <>
      <Title text={say(sentence, facts)} name={say("release.title", { batch: titled(batch.title).text })} />
      <dl class="figures">
        <Claimed quantity={quantity} remaining={quantity - claims} note={say("release.of", { quantity: count(quantity) })} />
        <Figure name={say("release.a-second")} value={count(last)} note={say("release.most", { most: count(Math.max(0, ...seconds.map((one) => one.claims))) })} />
        <Figure name={say("release.refused")} value={count(refused)} note={say("release.about")} />
      </dl>
      <Ages stats={stats} season={season} isRunning={isOpen && batch.status === "open"} readS={readS} />
      {isOpen && <Plots seconds={seconds} season={season} batch={batch} marks={marks} />}
    </>
  );
}

/** Two ages: claims follow by a second or two, refusals by some more. Both stand still while nothing happens. */
function Ages({ stats: { claims_as_of, refusals_as_of }, season, isRunning, readS }: { stats: Stats; season: View; isRunning: boolean; readS: number | null }) {
  const ofClaims = isRunning && claims_as_of ? Date.parse(claims_as_of) / 1000 : readS;
  return (
    <ul class="ages">
      <li><span class="note">{say("release.claims")}</span> <AsOf asOfS={ofClaims} local={season} /></li>
      <li><span class="note">{say("release.refusals")}</span> <p class="note as-of">{refusals_as_of ? say("asof.time", { time: second(Date.parse(refusals_as_of) / 1000, season) }) : say("release.none")}</p></li>
    </ul>
  );
}

function Plots({ seconds, season, batch, marks }: { seconds: ReturnType<typeof secondsOf>; season: View; batch: Summary; marks: MinuteProps["marks"] }) {
  const at = seconds.map((one) => one.atS);
  const file = `${batch.batch_id}-seconds`;
  const causes = causesOf(seconds).slice(0, CAUSES_MAX);
  const ofCause = (slug: string) => seconds.map(({ refused }) => refused[slug] ?? 0);
  const most = Math.max(1, ...causes.flatMap(([slug]) => ofCause(slug)));
  const frame = { at, marks, local: season };
  return (
    <>
      <Plot title={say("release.plot")} file={file} data={{ ...frame, height: 260, series: [{ name: say("release.claims"), values: seconds.map((one) => one.claims) }] }} />
      {causes.length > 0 && (
        <>
          <h2>{say("release.causes")}</h2>
          <div class="multiples">
            {causes.map(([slug]) => (
              <Plot key={slug} title={causeOf(slug)} file={`${file}-${slug}`} data={{ ...frame, marks: [], height: 120, most, series: [{ name: say("release.refused"), values: ofCause(slug) }] }} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

const CAUSES: Record<string, CityWord> = {
  drained: "cause.drained", "sold-out": "cause.sold-out", busy: "cause.busy", "not-open": "cause.not-open", closed: "cause.closed",
  paused: "cause.paused", stopped: "cause.stopped", "not-eligible": "cause.not-eligible", "already-claimed-group": "cause.group",
};

const causeOf = (slug: string) => (CAUSES[slug] ? say(CAUSES[slug]) : slug);

const STEPS: Partial<Record<Status, CityWord>> = { paused: "status.paused", drained: "status.drained", sold_out: "status.sold-out", stopped: "status.stopped", open: "release.on" };

/** The opening, and each change of the batch that was seen here since. */
function useMarks({ opens_at, status }: Summary): { atS: number; name: string }[] {
  const opening = { atS: Date.parse(opens_at) / 1000, name: say("release.opening") };
  const before = useRef(status);
  const [seen, setSeen] = useState<{ atS: number; status: Status }[]>([]);
  useEffect(() => {
    if (before.current === status) return;
    const isOpening = status === "open" && (before.current === "scheduled" || before.current === "booking");
    before.current = status;
    if (!isOpening && api.time.isKnown) setSeen((all) => [...all, { atS: Math.floor(api.time.nowS()), status }]);
  }, [status]);
  return [opening, ...seen.flatMap(({ atS, status: to }) => (STEPS[to] ? [{ atS, name: say(STEPS[to]) }] : []))];
}

// A season: its batches by day, those that can be claimed now first; and where its coupons are accepted.

import { useEffect, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { dateOf, dayOf } from "../shared/figures";
import { Drawing, sectionOf } from "../shared/parts/drawings";
import { Icon } from "../shared/parts/icons";
import { epochS } from "../shared/server_time";
import { language, listed, titled } from "../shared/words";
import { Announced } from "./announced";
import { api, signedIn } from "./app";
import { BatchCard } from "./card";
import { campaignOf, knownFacilities, suppliesOf, type Campaign, type Summary } from "./catalogue";
import { nearDayOf } from "./days";
import { Frame, Title } from "./frame";
import { useLoaded, Waiting } from "./loaded";
import { to } from "./place";
import { situationOf } from "./situation";
import { Today } from "./today";
import { say } from "./words";

export function SeasonScreen({ id }: { id: string }) {
  const [loaded, again] = useLoaded((call) => campaignOf(id, call), [id]);
  return (
    <Frame back={{ href: "#/", name: say("season.all") }}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {loaded.state === "read" && <SeasonShown campaign={loaded.value} />}
    </Frame>
  );
}

export function SeasonShown({ campaign }: { campaign: Campaign }) {
  const [section, setSection] = useState("");
  const mine = useMine();
  // Until they are known, and where nobody knows, there is no way to them.
  const [facilities] = useLoaded(() => knownFacilities(campaign.campaign_id), [campaign.campaign_id]);
  const [supplies] = useLoaded((call) => suppliesOf(campaign.campaign_id, call), [campaign.campaign_id]);
  const zone = campaign.timezone;
  const { text, lang } = titled(campaign.title);
  const about = campaign.description && titled(campaign.description);
  const used = campaign.sections.filter(({ section_id }) => campaign.batches.some((batch) => batch.section_id === section_id));
  const shown = campaign.batches.filter((batch) => !section || batch.section_id === section);
  const cards = (batches: Summary[]) => (
    <ul class="stack">
      {batches.map((batch) => (
        <li key={batch.batch_id}><BatchCard batch={batch} campaign={campaign} claimed={mine.has(batch.batch_id)} /></li>
      ))}
    </ul>
  );
  const now = nowS.value ?? 0;
  const { open, coming, over } = groupsOf(shown, now, zone);
  return (
    <div class="groups">
      <div class="masthead">
        <Drawing section={sectionOf(used[0]?.section_id)} />
        <Title lang={lang}>{text}</Title>
        <Dates of={campaign} />
      </div>
      <Announced campaignIds={[campaign.campaign_id]} here={(placement) => /^(home|ticker)$/.test(placement) || (section ? placement === `section:${section}` : placement.startsWith("section:"))} />
      <div>
        <Today campaign={campaign} />
        <a class="row" href={to("seasons", campaign.campaign_id, "places")}>
          <Icon name="place" /> {say("season.places")}
        </a>
        {facilities.state === "read" && facilities.value.length > 0 && (
          <a class="row" href={to("seasons", campaign.campaign_id, "facilities")}>
            <Icon name="clock" /> {say("season.facilities")}
          </a>
        )}
        {supplies.state === "read" && supplies.value.supplies.length > 0 && (
          <a class="row" href={to("seasons", campaign.campaign_id, "supplies")}>
            <Icon name="list" /> {say("season.supplies")}
          </a>
        )}
        {campaign.batches.some(({ price_points }) => price_points > 0) && (
          <a class="row" href={to("points")}>
            <Icon name="plus" /> {say("season.points")}
          </a>
        )}
      </div>
      {used.length > 1 && (
        <div class="choices" role="group" aria-label={say("season.sections")}>
          {[{ section_id: "", title: say("season.every") }, ...used].map((each) => (
            <button key={each.section_id} type="button" class="switch" aria-pressed={section === each.section_id} onClick={() => setSection(each.section_id)}>
              {titled(each.title).text}
            </button>
          ))}
        </div>
      )}
      {open.length > 0 && <section class="stack"><h2>{say("season.now")}</h2>{cards(open)}</section>}
      {coming.map(({ day, batches }) => (
        <section class="stack" key={day}><h2 class="day">{nearDayOf(day, dateOf(now, zone))}</h2>{cards(batches)}</section>
      ))}
      {open.length + coming.length === 0 && <p>{say("season.nothing")}</p>}
      {over.length > 0 && (
        <details>
          <summary>{say("season.over", { count: over.length })}</summary>
          {cards(over)}
        </details>
      )}
      {(about || campaign.funders.length > 0) && (
        <section class="stack">
          <h2>{say("season.about")}</h2>
          {about && <p {...(about.lang && { lang: about.lang })}>{about.text}</p>}
          {campaign.funders.length > 0 && <p class="note">{say("season.funders", { names: listed(campaign.funders.map(({ title }) => titled(title).text)) })}</p>}
        </section>
      )}
    </div>
  );
}

/** The first and the last day of a season. */
export function Dates({ of: { starts_at, ends_at, timezone } }: { of: Campaign }) {
  const day = (at: string | number) => dayOf(at, timezone, language.value);
  return <p class="note day">{say("season.dates", { from: day(starts_at), until: day(epochS(ends_at) - 1) })}</p>;
}

/** Those in which something can be had now, then by the day of their opening, then those that are over. */
export function groupsOf(batches: Summary[], now: number, zone: string) {
  const sorted = [...batches].sort((a, b) => epochS(a.opens_at) - epochS(b.opens_at));
  const open: Summary[] = [];
  const over: Summary[] = [];
  const days = new Map<string, Summary[]>();
  for (const batch of sorted) {
    const { is } = situationOf(batch, now);
    if (is === "closed" || is === "stopped") over.push(batch);
    else if (epochS(batch.opens_at) <= now) open.push(batch);
    else {
      const day = dateOf(batch.opens_at, zone);
      days.set(day, [...(days.get(day) ?? []), batch]);
    }
  }
  return { open, over, coming: [...days].map(([day, ofDay]) => ({ day, batches: ofDay })) };
}

/** The batches of which the person holds a pack. */
function useMine(): Set<string> {
  const [mine, setMine] = useState(new Set<string>());
  useEffect(() => {
    if (!signedIn.value) return setMine(new Set());
    let gone = false;
    api.call("GET /wallet").then(
      ({ body }) => gone || setMine(new Set(body.coupons.map(({ batch_id }) => batch_id))),
      // The cards then say nothing about the person.
      () => null,
    );
    return () => {
      gone = true;
    };
  }, [signedIn.value]);
  return mine;
}

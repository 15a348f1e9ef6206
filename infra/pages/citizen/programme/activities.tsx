// What takes place in a season, by day and district.

import { nowS } from "../../shared/clock";
import { dateOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Drawing } from "../../shared/parts/drawings";
import { epochS } from "../../shared/server_time";
import { titled } from "../../shared/words";
import { api } from "../app";
import { activitiesOf, knownActivities, knownCampaign, type Activities as Listed, type Campaign } from "../catalogue";
import { nearDayOf, told } from "../days";
import { Frame, Title } from "../frame";
import { useLoaded, Waiting } from "../loaded";
import { chosen, to } from "../place";
import { nameOf } from "../terms";
import { ActivityRow } from "./activity";
import { Days, Fields } from "./choice";
import { daysOf, isDay, sessionsOn } from "./days";
import { say } from "./words";

export interface Props {
  campaignId: string;
  /** Empty: today. */
  day: string;
  /** Empty: everywhere. */
  district: string;
}

export function Activities({ campaignId, day, district }: Props) {
  const [loaded, again] = useLoaded(() => knownCampaign(campaignId), [campaignId]);
  const campaign = loaded.state === "read" ? loaded.value : null;
  const { text, lang } = titled(campaign?.title ?? "");
  return (
    <Frame back={{ href: to("seasons", campaignId), name: text || say("activities.season"), lang }}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {campaign && <Chosen campaign={campaign} asked={day} district={district} />}
    </Frame>
  );
}

function Chosen({ campaign, asked, district }: { campaign: Campaign; asked: string; district: string }) {
  const { campaign_id: id, timezone: zone } = campaign;
  const [first, last] = daysOf(campaign);
  const today = dateOf(nowS.value ?? api.time.nowS(), zone);
  const day = isDay(asked) ? asked : today < first ? first : today > last ? last : today;
  const [list, again] = useLoaded(async (call) => ({ day, district, ...(await activitiesOf(id, day, district || null, call)) }), [id, day, district]);
  // What was read for another choice is none of this one.
  const found = list.state === "read" && list.value.day === day && list.value.district === district ? list.value : null;
  // Until its districts are known, and where nobody knows, the wanted one alone.
  const [season] = useLoaded(() => knownActivities(id), [id]);
  const known = season.state === "read" ? season.value.flatMap((one) => one.district ?? []) : [];
  const choose = (wantedDay: string, wanted: string) => chosen("seasons", id, "activities", wantedDay, ...(wanted ? [wanted] : []));
  const onDay = (wanted: string) => choose(wanted, district);
  const districts = [...new Set([...known, ...(district ? [district] : [])])].sort();
  return (
    <div class="groups">
      <Title failed={list.state === "failed"}>{say("activities.title")}</Title>
      <div class="stack">
        <Days day={day} today={today} first={first} last={last} onDay={onDay} />
        <Fields day={day} first={first} last={last} onDay={onDay} district={district} districts={districts} onDistrict={(wanted) => choose(day, wanted)} />
      </div>
      <section class="stack">
        <h2 class="day">{nearDayOf(day, today)}</h2>
        <Waiting of={list} again={again} part>
          <div class="skeleton ticket" />
          <div class="skeleton ticket" />
        </Waiting>
        {found && <Found campaign={campaign} day={day} district={district} found={found} onDay={onDay} onEverywhere={() => choose(day, "")} />}
      </section>
    </div>
  );
}

interface FoundProps {
  campaign: Campaign;
  day: string;
  district: string;
  found: Listed;
  onDay: (day: string) => void;
  onEverywhere: () => void;
}

function Found({ campaign, day, district, found: { activities, nextDay }, onDay, onEverywhere }: FoundProps) {
  const zone = campaign.timezone;
  const begins = new Map(activities.map((one) => [one, epochS(sessionsOn(one, day, zone)[0]?.starts_at ?? "")]));
  const sorted = [...activities].sort((a, b) => begins.get(a)! - begins.get(b)!);
  if (sorted.length > 0) {
    return (
      <>
        <p class="note" role="status">{say("activities.count", { count: sorted.length })}</p>
        <ul class="card activities">{sorted.map((one) => <ActivityRow key={one.activity_id} activity={one} campaign={campaign} day={day} />)}</ul>
        <p class="note">{say("activities.changes")}</p>
      </>
    );
  }
  const facts = { day: told(day), district: district && nameOf("districts", district) };
  return (
    <div class="empty">
      <Drawing section="opening" />
      <div role="status">
        <p>{say(district ? "activities.none-here" : "activities.none", facts)}</p>
        {nextDay === null && <p>{say("activities.none-later")}</p>}
      </div>
      {nextDay && <Button icon="next" onPress={() => onDay(nextDay)}>{say("activities.go", { day: told(nextDay) })}</Button>}
      {district && <Button kind="edge" onPress={onEverywhere}>{say("activities.go-everywhere")}</Button>}
    </div>
  );
}

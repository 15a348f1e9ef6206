// One activity on a day: when, what, where, and how to get in or to watch.

import { nowS } from "../../shared/clock";
import { clockOf, dateOf, momentOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Chip } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language, listed, locale, titled } from "../../shared/words";
import { Address } from "../address";
import { safe } from "../announced";
import type { Activity, Campaign } from "../catalogue";
import { told } from "../days";
import { to } from "../place";
import { nameOf } from "../terms";
import { daysAfter, sessionsOn, spanOn } from "./days";
import { say } from "./words";

/** So many other days are named. */
const NAMED = 3;

const KINDS = {
  activity: "kind.activity",
  broadcast: "kind.broadcast",
  event: "kind.event",
  exhibition: "kind.exhibition",
  training: "kind.training",
} as const;

interface Props {
  activity: Activity;
  campaign: Campaign;
  day: string;
}

export function ActivityRow({ activity, campaign, day }: Props) {
  const zone = campaign.timezone;
  const { text, lang } = titled(activity.title);
  const about = activity.description && titled(activity.description);
  const planned = activity.status === "scheduled";
  const section = campaign.sections.find(({ section_id }) => section_id === activity.section_id);
  const later = daysAfter(activity, day, zone);
  const named = listed(later.slice(0, NAMED).map(told));
  return (
    <li class={planned ? "activity" : "activity off"}>
      <div class="when">
        {sessionsOn(activity, day, zone).map((session) => {
          const [from, until] = spanOn(session, day, zone);
          return (
            <p key={session.session_id}>
              <time dateTime={session.starts_at}>{from}</time> <span class="note">{say("activities.until", { time: until })}</span>
            </p>
          );
        })}
      </div>
      <div class="what">
        <h3 {...(lang && { lang })}>{text}</h3>
        <p class="note">{[say(KINDS[activity.kind]), section && titled(section.title).text].filter(Boolean).join(" · ")}</p>
        {planned || <Off status={activity.status} />}
        <Place of={activity} />
        {about && <p {...(about.lang && { lang: about.lang })}>{about.text}</p>}
        {planned && <Seats activity={activity} campaign={campaign} day={day} />}
        {planned && <Live of={activity} day={day} zone={zone} />}
        {planned && later.length > 0 && (
          <p class="note">{later.length > NAMED ? say("activities.also-more", { days: named, count: later.length }) : say("activities.also", { days: named })}</p>
        )}
      </div>
    </li>
  );
}

function Off({ status }: { status: Activity["status"] }) {
  const postponed = status === "postponed";
  return (
    <>
      <p><Chip mood={postponed ? "wait" : "stop"}>{say(postponed ? "activities.postponed" : "activities.cancelled")}</Chip></p>
      {postponed && <p>{say("activities.postponed-why")}</p>}
    </>
  );
}

function Place({ of: { district, venue } }: { of: Activity }) {
  const name = venue?.title && titled(venue.title);
  const parts = [district ? nameOf("districts", district) : "", venue?.accessible ? say("activities.accessible") : ""].filter(Boolean);
  if (!name && !venue?.address && parts.length === 0) return null;
  return (
    <>
      <p class="place">
        {name && <span {...(name.lang && { lang: name.lang })}>{name.text}</span>}
        {name && parts.length > 0 && " · "}
        {parts.join(" · ")}
      </p>
      {venue?.address && <p><Address of={venue.address} geo={venue.geo} /></p>}
    </>
  );
}

function Seats({ activity, campaign, day }: Props) {
  const { seats } = activity;
  if (!seats) return null;
  const count = (number: number) => number.toLocaleString(locale.value);
  if (seats.by === "none") return <p>{say("seats.none", { count: count(seats.capacity) })}</p>;
  if (seats.by === "slot") {
    return (
      <>
        <p>{say("seats.slot", { count: count(seats.capacity) })}</p>
        <Sessions activity={activity} campaign={campaign} day={day} />
      </>
    );
  }
  // A batch that is not published has no page.
  if (seats.batch_id === null || seats.remaining === null) return <p>{say("seats.not-yet")}</p>;
  const text = seats.remaining > 0 ? say("seats.batch", { count: count(seats.remaining) }) : say("seats.gone");
  return <p><a class="line" href={to("batches", seats.batch_id)}>{text}</a></p>;
}

/** The sessions that start on the day and have not begun, each with its way to a seat. */
function Sessions({ activity, campaign, day }: Props) {
  const zone = campaign.timezone;
  const ahead = activity.sessions.filter(({ starts_at }) => dateOf(starts_at, zone) === day && epochS(starts_at) > (nowS.value ?? 0));
  return (
    <>
      {ahead.map(({ session_id, starts_at }) => {
        const href = to("seasons", campaign.campaign_id, "facilities", activity.activity_id, day, clockOf(starts_at, zone, "en").replace(":", ""));
        return <p key={session_id}><a class="line" href={href}>{say("seats.book", { time: clockOf(starts_at, zone, language.value) })}</a></p>;
      })}
    </>
  );
}

function Live({ of: { live, title }, day, zone }: { of: Activity; day: string; zone: string }) {
  const href = safe(live?.url ?? null);
  if (!live || !href) return null;
  const now = nowS.value ?? 0;
  if (now >= epochS(live.ends_at)) return <p class="note">{say("live.over")}</p>;
  if (now >= epochS(live.starts_at)) {
    return (
      <>
        <p><Chip mood="done" icon="sound">{say("live.now")}</Chip></p>
        <Button kind="edge" href={href}>{say("live.watch", { title: titled(title).text })}</Button>
      </>
    );
  }
  const timeOf = dateOf(live.starts_at, zone) === day ? clockOf : momentOf;
  return <p><a class="line" href={href} rel="noopener">{say("live.later", { time: timeOf(live.starts_at, zone, language.value) })}</a></p>;
}

// The way to what takes place in a season, with how much of it there is today.

import { useEffect, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { dateOf } from "../shared/figures";
import { Icon } from "../shared/parts/icons";
import { activitiesOf, type Activities, type Campaign } from "./catalogue";
import { told } from "./days";
import { to } from "./place";
import { say } from "./words";

/** Nothing in a season without a programme; as high as the line until that is known. */
export function Today({ campaign }: { campaign: Campaign }) {
  const [found, setFound] = useState<Activities | null>(null);
  const day = nowS.value === null ? "" : dateOf(nowS.value, campaign.timezone);
  useEffect(() => {
    if (!day) return;
    let gone = false;
    activitiesOf(campaign.campaign_id, day, null).then((read) => gone || setFound(read), () => gone || setFound({ activities: [], nextDay: null }));
    return () => {
      gone = true;
    };
  }, [campaign.campaign_id, day]);
  if (found === null) return <p class="row" />;
  const { activities, nextDay } = found;
  const live = activities.filter((one) => one.live?.now).length;
  const here = activities.filter(({ status }) => status === "scheduled").length;
  if (activities.length === 0 && nextDay === null) return null;
  const text = live > 0 ? say("today.live", { count: here, live }) : here > 0 || nextDay === null ? say("today.some", { count: here }) : say("today.next", { day: told(nextDay) });
  return (
    <a class="row" href={to("seasons", campaign.campaign_id, "activities")}>
      <Icon name="calendar" /> {text}
    </a>
  );
}

// Places to book by the hour: those of a season, one's day, one slot, and what the person has booked.

import { DoorScreen } from "../door/screen";
import { Bookings } from "./bookings";
import { DayScreen } from "./day";
import { Facilities } from "./facilities";
import { SlotScreen } from "./slot";

/** By the steps of the address: `seasons/<campaign>/facilities[/<facility>[/<day>[/<hhmm>[/code]]]]`, or `bookings`. */
export function SlotScreens({ steps }: { steps: string[] }) {
  const [screen, campaignId = "", , facilityId, day, hhmm, code] = steps;
  if (screen === "bookings") return <Bookings />;
  if (!facilityId) return <Facilities key={campaignId} campaignId={campaignId} />;
  const key = steps.join("/");
  if (!day || !hhmm) return <DayScreen key={key} campaignId={campaignId} id={facilityId} asked={day} />;
  if (code) return <DoorScreen campaignId={campaignId} id={facilityId} day={day} hhmm={hhmm} />;
  return <SlotScreen key={key} campaignId={campaignId} id={facilityId} day={day} hhmm={hhmm} />;
}

// What can be booked by the hour: facilities, and activities whose seats are booked by session.

import { ProblemError, type Asking } from "../../shared/api";
import { dateOf } from "../../shared/figures";
import type { Schema } from "../../shared/routes";
import { epochS } from "../../shared/server_time";
import { language, titled } from "../../shared/words";
import { api } from "../app";
import { knownActivities, knownCampaign, knownCampaigns, knownFacilities, type Campaign, type Facility } from "../catalogue";
import { laterBy } from "../days";
import { nameOf } from "../terms";
import sports from "./sports.json";

export type Slot = Schema<"SlotView">;
export type Mine = Schema<"SlotBookingView">;
export type Strike = Schema<"StrikeView">;
export type FacilityDay = Schema<"FacilityDayView">;
type Venue = Schema<"VenueView">;
type Title = Facility["title"];

/** `sessions`: of an activity, when it takes place; null for a facility. */
export interface Bookable {
  id: string;
  title: Title;
  venue: Venue | null;
  sport: string | null;
  daysAhead: number | null;
  sessions: { startsAt: string; endsAt: string }[] | null;
}

/** Null if the campaign has nothing of this name that is booked by slot. */
export async function bookableOf(campaignId: string, id: string): Promise<Bookable | null> {
  const facility = (await knownFacilities(campaignId)).find(({ facility_id }) => facility_id === id);
  if (facility) {
    const { title, venue, sport, booking_rule } = facility;
    return { id, title, venue, sport, daysAhead: booking_rule.opens_days_ahead, sessions: null };
  }
  const activity = (await knownActivities(campaignId)).find(({ activity_id }) => activity_id === id);
  if (activity?.seats?.by !== "slot") return null;
  const sessions = activity.sessions.map(({ starts_at, ends_at }) => ({ startsAt: starts_at, endsAt: ends_at }));
  return { id, title: activity.title, venue: activity.venue, sport: null, daysAhead: null, sessions };
}

/** The slots of a day, at most a second old. */
export async function dayRead(id: string, day: string, call: Asking): Promise<FacilityDay> {
  const asked = { ...call, path: { facility_id: id }, query: { day } };
  return (await api.call("GET /facilities/{facility_id}/slots", asked)).body;
}

/** The slots that the person is in, and those that they missed, of all campaigns. */
export async function mineRead(call: Asking = {}): Promise<Schema<"SlotBookingsView">> {
  return (await api.call("GET /bookings", call)).body;
}

/** What the person is in the slot; null if they are not. */
export async function bookingRead(slotId: string, call: Asking = {}): Promise<Mine | null> {
  try {
    return (await api.call("GET /slots/{slot_id}/booking", { ...call, path: { slot_id: slotId } })).body;
  } catch (error) {
    if (error instanceof ProblemError && error.slug === "not-found") return null;
    throw error;
  }
}

/** The campaign of a facility or activity, and what it says of it; null where no catalogue tells. */
export async function foundOf(id: string): Promise<{ campaign: Campaign; bookable: Bookable } | null> {
  for (const { campaign_id } of await knownCampaigns()) {
    const bookable = await bookableOf(campaign_id, id).catch(() => null);
    if (bookable) return { campaign: await knownCampaign(campaign_id), bookable };
  }
  return null;
}

/** The parts of a slot's id. */
export function partsOf(slotId: string): { id: string; day: string; hhmm: string } {
  const [id = "", day = "", hhmm = ""] = slotId.split(".");
  return { id, day, hhmm };
}

export function titleOf({ id, title, venue, sport }: Pick<Bookable, "id" | "title" | "venue" | "sport">): { text: string; lang?: string } {
  const named = title ?? venue?.title;
  return named ? titled(named) : { text: sport ? sportOf(sport) : id.replace(/-/g, " ") };
}

/** The name of a sport; the document's own word where we know none. */
export function sportOf(sport: string): string {
  return (sports as Record<string, Record<"zh" | "en", string>>)[sport]?.[language.value] ?? sport;
}

/** Where it is, in a line: the venue's name if the place has another, its district. */
export function whereOf({ title, venue }: Pick<Bookable, "title" | "venue">): string {
  if (!venue) return "";
  const name = venue.title && title && titled(venue.title).text !== titled(title).text ? titled(venue.title).text : "";
  return [name, nameOf("districts", venue.district)].filter(Boolean).join(" · ");
}

/** The days that can be looked at: of a facility from today to the first that is not open yet; of an activity its own. */
export function daysOf({ daysAhead, sessions }: Bookable, nowS: number, zone: string): string[] {
  const today = dateOf(nowS, zone);
  if (sessions === null) return Array.from({ length: Math.min(daysAhead ?? 0, DAYS_MAX - 2) + 2 }, (_, ahead) => laterBy(today, ahead));
  const days = sessions.filter(({ endsAt }) => epochS(endsAt) > nowS).map(({ startsAt }) => dateOf(startsAt, zone));
  return [...new Set(days)].slice(0, DAYS_MAX);
}

const DAYS_MAX = 16;

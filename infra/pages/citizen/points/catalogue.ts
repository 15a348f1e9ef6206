// A person's points, what can be had for them, and what each entry is about.

import type { Asking } from "../../shared/api";
import { clockOf, dateOf } from "../../shared/figures";
import type { Schema } from "../../shared/routes";
import { epochS } from "../../shared/server_time";
import { language, locale, titled } from "../../shared/words";
import { api } from "../app";
import { campaignOf, campaigns, knownActivities, knownBatch, knownCampaigns, type Campaign, type Summary } from "../catalogue";
import { foundOf, partsOf, titleOf } from "../slots/catalogue";

export type Points = Schema<"PointsView">;
export type Entry = Schema<"EntryView">;
/** The cheapest award that the balance does not reach. */
export type Next = Schema<"AwardView">;

export interface Award {
  batch: Summary;
  campaign: Campaign;
}

type Title = ReturnType<typeof titled>;

export async function pointsRead(cursor: string | null, call: Asking = {}): Promise<Points> {
  return (await api.call("GET /points", { ...call, query: { cursor } })).body;
}

/** What can be had for points in the seasons that run, the cheapest first. */
export async function awardsRead(call: Asking = {}): Promise<Award[]> {
  const all = await campaigns(call);
  const now = api.time.nowS();
  const live = all.filter(({ starts_at, ends_at }) => epochS(starts_at) <= now && now < epochS(ends_at));
  const read = await Promise.all(live.map(({ campaign_id }) => campaignOf(campaign_id, call)));
  return read
    .flatMap((campaign) => campaign.batches.map((batch) => ({ batch, campaign })))
    .filter(({ batch }) => batch.price_points > 0 && now < epochS(batch.closes_at))
    .sort((a, b) => a.batch.price_points - b.batch.price_points);
}

/** What an entry is about: a slot, an activity, an award; null where no catalogue tells. */
export async function subjectOf({ session_id, activity_id, batch_id }: Entry): Promise<Title | null> {
  if (batch_id) return titled((await knownBatch(batch_id)).title);
  if (session_id && SLOT.test(session_id)) {
    const { id, hhmm } = partsOf(session_id);
    const found = await foundOf(id);
    if (!found) return null;
    const { text, lang } = titleOf(found.bookable);
    return { text: `${text} ${hhmm.slice(0, 2)}:${hhmm.slice(2)}`, ...(lang && { lang }) };
  }
  for (const { campaign_id } of activity_id ? await knownCampaigns() : []) {
    const activity = (await knownActivities(campaign_id)).find((one) => one.activity_id === activity_id);
    if (activity) return titled(activity.title);
  }
  return null;
}

const SLOT = /^[a-z0-9-]+\.\d{4}-\d\d-\d\d\.\d{4}$/;

/** 「1,250」; a minus sign of its own width in front of what goes. */
export function numberOf(points: number, signed = false): string {
  const number = new Intl.NumberFormat(locale.value).format(Math.abs(points));
  return points < 0 ? `−${number}` : signed && points > 0 ? `+${number}` : number;
}

/** The last day of what ends at that moment, with its year: 「2022年12月31日」. */
export function lastDayOf(endsAt: string, zone: string): string {
  return format({ year: "numeric", month: "long", day: "numeric" }, zone).format((epochS(endsAt) - 1) * 1000);
}

/** 「8月13日 18:02」, and with its year where that is another. */
export function whenOf(at: string, zone: string, nowS: number): string {
  const same = dateOf(at, zone).slice(0, 4) === dateOf(nowS, zone).slice(0, 4);
  const day = format({ ...(!same && { year: "numeric" }), month: "long", day: "numeric" }, zone).format(epochS(at) * 1000);
  return `${day} ${clockOf(at, zone, language.value)}`;
}

function format(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale.value, { ...options, timeZone: zone });
}

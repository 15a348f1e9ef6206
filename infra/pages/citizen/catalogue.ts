// What a season offers. Published terms never change, so they are asked for once.

import type { Asking } from "../shared/api";
import type { Schema } from "../shared/routes";
import { api } from "./app";

export type Batch = Schema<"BatchView">;
export type Summary = Schema<"BatchSummary">;
export type Campaign = Schema<"CampaignView">;
export type Terms = Schema<"Terms">;
export type Merchant = Schema<"MerchantSummary">;
export type Coupon = Schema<"CouponView">;
export type Activity = Schema<"ActivityView">;
export type Announcement = Schema<"AnnouncementView">;
export type Facility = Schema<"FacilityView">;

/** Pages of a list that are read at most. */
const PAGES_MAX = 20;

export async function campaigns(call: Asking = {}): Promise<Schema<"CampaignSummary">[]> {
  return (await api.call("GET /campaigns", call)).body.campaigns;
}

export async function campaignOf(campaignId: string, call: Asking = {}): Promise<Campaign> {
  return (await api.call("GET /campaigns/{campaign_id}", { ...call, path: { campaign_id: campaignId } })).body;
}

/** The batch as it is now. */
export async function batchOf(batchId: string, call: Asking = {}): Promise<Batch> {
  const { body } = await api.call("GET /batches/{batch_id}", { ...call, path: { batch_id: batchId } });
  known.batches.set(batchId, Promise.resolve(body));
  return body;
}

const known = {
  batches: new Map<string, Promise<Batch>>(),
  campaigns: new Map<string, Promise<Campaign>>(),
  merchants: new Map<string, Promise<Merchant[]>>(),
  activities: new Map<string, Promise<Activity[]>>(),
  facilities: new Map<string, Promise<Facility[]>>(),
  lists: new Map<string, Promise<Schema<"CampaignSummary">[]>>(),
};

/** For its terms and names: what does not change. */
export function knownBatch(batchId: string): Promise<Batch> {
  return once(known.batches, batchId, () => batchOf(batchId));
}

/** The terms of a coupon of the batch; null where the batch could not be read. */
export function termsOf(batch: Batch | null, coupon: Pick<Coupon, "terms_id">): Terms | null {
  return batch?.coupons.find(({ terms_id }) => terms_id === coupon.terms_id) ?? null;
}

/** Of a campaign; Beijing's where it could not be read, so that a coupon is shown all the same. */
export function timezoneOf(campaign: Campaign | null): string {
  return campaign?.timezone ?? "Asia/Shanghai";
}

/** For where something is to be looked up. */
export function knownCampaigns(): Promise<Schema<"CampaignSummary">[]> {
  return once(known.lists, "", () => campaigns());
}

export function knownCampaign(campaignId: string): Promise<Campaign> {
  return once(known.campaigns, campaignId, () => campaignOf(campaignId));
}

/** Who takes coupons of the campaign; those of one kind where `termsId` is given. Suspended ones are not among them. */
export function merchantsOf(campaignId: string, termsId: string | null, call: Asking = {}): Promise<Merchant[]> {
  return pagesOf(async (cursor) => {
    const asked = { ...call, path: { campaign_id: campaignId }, query: { terms_id: termsId, cursor } };
    const { body } = await api.call("GET /campaigns/{campaign_id}/merchants", asked);
    return [body.merchants, body.next];
  });
}

export interface Activities {
  activities: Activity[];
  /** The first day after the wanted one on which something takes place. */
  nextDay: string | null;
}

/** What takes place on a day, everywhere or in one district; without a day, in the whole season. */
export async function activitiesOf(campaignId: string, day: string | null, district: string | null, call: Asking = {}): Promise<Activities> {
  let nextDay: string | null = null;
  const activities = await pagesOf(async (cursor) => {
    const asked = { ...call, path: { campaign_id: campaignId }, query: { day, district, cursor } };
    const { body } = await api.call("GET /campaigns/{campaign_id}/activities", asked);
    nextDay = body.next_day;
    return [body.activities, body.next];
  });
  return { activities, nextDay };
}

/** All of the season, for what does not change: where and when. */
export function knownActivities(campaignId: string): Promise<Activity[]> {
  return once(known.activities, campaignId, async () => (await activitiesOf(campaignId, null, null)).activities);
}

/** What is announced now, alerts first. */
export async function announcementsOf(campaignId: string, call: Asking = {}): Promise<Announcement[]> {
  return (await api.call("GET /campaigns/{campaign_id}/announcements", { ...call, path: { campaign_id: campaignId } })).body.announcements;
}

/** Rationed goods by store; empty for a season without them. */
export async function suppliesOf(campaignId: string, call: Asking = {}): Promise<Schema<"SupplyList">> {
  return (await api.call("GET /campaigns/{campaign_id}/supplies", { ...call, path: { campaign_id: campaignId } })).body;
}

/** What can be booked by the hour. */
export function facilitiesOf(campaignId: string, call: Asking = {}): Promise<Facility[]> {
  return pagesOf(async (cursor) => {
    const asked = { ...call, path: { campaign_id: campaignId }, query: { cursor } };
    const { body } = await api.call("GET /campaigns/{campaign_id}/facilities", asked);
    return [body.facilities, body.next];
  });
}

/** All pages of a list in one; `ask` gives a page, and the cursor of the next or null. */
async function pagesOf<One>(ask: (cursor: string | null) => Promise<[One[], string | null]>): Promise<One[]> {
  const found: One[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer: [One[], string | null] = await ask(cursor);
    found.push(...answer[0]);
    cursor = answer[1];
    if (cursor === null) break;
  }
  return found;
}

export function knownMerchants(campaignId: string): Promise<Merchant[]> {
  return once(known.merchants, campaignId, () => merchantsOf(campaignId, null));
}

export function knownFacilities(campaignId: string): Promise<Facility[]> {
  return once(known.facilities, campaignId, () => facilitiesOf(campaignId));
}

function once<T>(store: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const before = store.get(key);
  if (before !== undefined) return before;
  const asked = ask();
  store.set(key, asked);
  // A failure is not kept.
  asked.catch(() => store.delete(key));
  return asked;
}

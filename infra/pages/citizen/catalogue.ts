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

/** Pages of merchants that are read at most. */
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

export function knownCampaign(campaignId: string): Promise<Campaign> {
  return once(known.campaigns, campaignId, () => campaignOf(campaignId));
}

/** Who takes coupons of the campaign; those of one kind where `termsId` is given. Suspended ones are not among them. */
export async function merchantsOf(campaignId: string, termsId: string | null, call: Asking = {}): Promise<Merchant[]> {
  const found: Merchant[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query: Record<string, string | null> = { terms_id: termsId, cursor };
    const asked = { ...call, path: { campaign_id: campaignId }, query };
    const { body }: { body: Schema<"MerchantPage"> } = await api.call("GET /campaigns/{campaign_id}/merchants", asked);
    found.push(...body.merchants);
    cursor = body.next;
    if (cursor === null) break;
  }
  return found;
}

export function knownMerchants(campaignId: string): Promise<Merchant[]> {
  return once(known.merchants, campaignId, () => merchantsOf(campaignId, null));
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

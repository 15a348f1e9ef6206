// A venue's facilities, and who is expected there today: how many people, nobody's name. No words.

import { signal } from "@preact/signals";
import { ApiError } from "../../shared/api";
import { keep, remembered } from "../../shared/preferences";
import type { Schema } from "../../shared/routes";
import { epochS } from "../../shared/server_time";
import { api, merchant, nowOrNull, today } from "../shop";
import { doorFound } from "../venue";

export type Facility = Schema<"FacilityView">;
export type Counts = Schema<"SlotCountsView">;
export type Standing = "open" | "early" | "over" | "cancelled" | "none";

/** Of this shop, in all its seasons; null until they were read. */
export const facilities = signal<Facility[] | null>(null);
export const slots = signal<Counts[] | null>(null);
export const failure = signal<ApiError | null>(null);
const KEY = "season.shop.facility";
const chosen = signal(remembered(KEY));

export function facilityNow(): Facility | null {
  const all = facilities.value ?? [];
  return all.find(({ facility_id }) => facility_id === chosen.value) ?? all[0] ?? null;
}

export function choose(facilityId: string): void {
  chosen.value = facilityId;
  keep(KEY, facilityId);
  slots.value = null;
}

/** Reads the facilities once, and the day of the one that is chosen. What was read stays if a later read fails. */
export async function read(): Promise<void> {
  failure.value = null;
  try {
    facilities.value ??= await own();
    const facility = facilityNow();
    if (facility === null) return;
    const { facility_id } = facility;
    const { body } = await api.call("GET /facilities/{facility_id}/bookings", { path: { facility_id }, query: { day: today() } });
    if (facilityNow()?.facility_id === facility_id) slots.value = body.slots;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    failure.value = error;
  }
}

async function own(): Promise<Facility[]> {
  const found: Facility[] = [];
  for (const campaign_id of merchant.value?.campaigns ?? []) {
    let cursor: string | null = null;
    do {
      const { body }: { body: Schema<"FacilityPage"> } = await api.call("GET /campaigns/{campaign_id}/facilities", { path: { campaign_id }, query: { cursor } });
      found.push(...body.facilities.filter(({ venue }) => venue.merchant_id === merchant.value?.merchant_id));
      cursor = body.next;
    } while (cursor !== null);
  }
  if (found.length > 0) doorFound();
  return found;
}

/** Whether people can be checked in to the slot now. */
export function standingOf({ check_in, cancelled }: Counts, nowS: number | null): Standing {
  if (cancelled !== null) return "cancelled";
  if (check_in === null) return "none";
  if (nowS === null || nowS < epochS(check_in.opens_at)) return "early";
  return nowS < epochS(check_in.closes_at) ? "open" : "over";
}

/** The slots that a code may be of, those of now first: only the stack can tell, and a slot that is not its own refuses it. */
export function candidates(all: Counts[], nowS: number | null): string[] {
  const apartS = ({ check_in, starts_at }: Counts) => {
    if (check_in === null || nowS === null) return epochS(starts_at);
    return Math.max(0, epochS(check_in.opens_at) - nowS, nowS - epochS(check_in.closes_at));
  };
  const sorted = [...all].sort((a, b) => apartS(a) - apartS(b));
  return sorted.map(({ slot_id }) => slot_id);
}

export function candidatesNow(): string[] {
  return candidates(slots.value ?? [], nowOrNull());
}

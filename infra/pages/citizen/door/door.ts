// How a person who has a place stands at its door: by their record, and the time.

import { epochS } from "../../shared/server_time";
import type { Mine } from "../slots/catalogue";

export type Missed = NonNullable<Mine["missed"]>;
export type Door =
  /** The place has no check-in, or the person has no place. */
  | { is: "none" }
  | { is: "before"; opensAt: string }
  | { is: "open"; closesAt: string }
  | { is: "in"; at: string }
  /** `missed`: null until the day's strikes are counted. */
  | { is: "over"; missed: Missed | null };

export function doorOf(mine: Mine | null, nowS: number): Door {
  if (mine?.status !== "booked") return { is: "none" };
  if (mine.checked_in_at) return { is: "in", at: mine.checked_in_at };
  if (mine.missed) return { is: "over", missed: mine.missed };
  if (!mine.check_in) return { is: "none" };
  const { opens_at, closes_at } = mine.check_in;
  if (nowS < epochS(opens_at)) return { is: "before", opensAt: opens_at };
  return nowS < epochS(closes_at) ? { is: "open", closesAt: closes_at } : { is: "over", missed: null };
}

// Days by their names, `2020-06-06`: reckoned with, and told as people say them.

import { dateOf, dayOf } from "../shared/figures";
import { epochS } from "../shared/server_time";
import { language } from "../shared/words";
import { say } from "./words";

/** Epoch seconds of the day's noon in UTC, where its own name is asked for. */
export function noonS(day: string): number {
  return epochS(`${day}T12:00:00Z`);
}

/** The day so many days later. */
export function laterBy(day: string, days: number): string {
  return dateOf(noonS(day) + days * 86_400, "UTC");
}

/** `6月6日周六`. */
export function told(day: string): string {
  return dayOf(noonS(day), "UTC", language.value);
}

/** The day by its nearness: 「今天 6月6日周六」. */
export function nearDayOf(day: string, today: string): string {
  if (day === today) return say("day.today", { day: told(day) });
  return day === laterBy(today, 1) ? say("day.tomorrow", { day: told(day) }) : told(day);
}

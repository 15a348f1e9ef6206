// The days of a season, and which sessions of an activity are on one.

import { clockOf, dateOf } from "../../shared/figures";
import { epochS } from "../../shared/server_time";
import { language, locale } from "../../shared/words";
import type { Activity, Campaign } from "../catalogue";
import { laterBy, noonS, told } from "../days";
import { say } from "./words";

export type Session = Activity["sessions"][number];

export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && laterBy(text, 0) === text;
}

/** The first and the last day of a season. */
export function daysOf({ starts_at, ends_at, timezone }: Campaign): [first: string, last: string] {
  return [dateOf(starts_at, timezone), dateOf(epochS(ends_at) - 1, timezone)];
}

/** `今天` and `6月6日`, `周日` and `6月7日`. */
export function partsOf(day: string, today: string): [weekday: string, date: string] {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale.value, { ...options, timeZone: "UTC" }).format(noonS(day) * 1000);
  return [day === today ? say("activities.today") : part({ weekday: "short" }), part({ month: "short", day: "numeric" })];
}

/** Those that take place on the day at some moment. */
export function sessionsOn({ sessions }: Activity, day: string, zone: string): Session[] {
  return sessions.filter((one) => dateOf(one.starts_at, zone) <= day && day <= lastDayOf(one, zone));
}

/** Later days on which it begins again. */
export function daysAfter({ sessions }: Activity, day: string, zone: string): string[] {
  return [...new Set(sessions.map(({ starts_at }) => dateOf(starts_at, zone)))].filter((one) => one > day);
}

function lastDayOf({ ends_at }: Session, zone: string): string {
  return dateOf(epochS(ends_at) - 1, zone);
}

/** From when until when, as seen from the day: `14:00` and `15:30`, `18:00` and `次日 00:00`, `8月1日` and `8月31日`. */
export function spanOn(session: Session, day: string, zone: string): [from: string, until: string] {
  const [first, last] = [dateOf(session.starts_at, zone), lastDayOf(session, zone)];
  if (last > laterBy(first, 1)) return [partsOf(first, "")[1], partsOf(last, "")[1]];
  const clock = (at: string) => clockOf(at, zone, language.value);
  const end = dateOf(session.ends_at, zone);
  const from = first === day ? clock(session.starts_at) : `${told(first)} ${clock(session.starts_at)}`;
  return [from, end === laterBy(day, 1) ? say("activities.next-day", { time: clock(session.ends_at) }) : clock(session.ends_at)];
}

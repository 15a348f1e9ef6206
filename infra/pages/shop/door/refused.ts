// Why a person is not let in, or why the venue is paid nothing for who is: in the words of a door, not of a coupon.

import type { ProblemError } from "../../shared/api";
import { lineOf } from "../../shared/reactions";
import type { Schema } from "../../shared/routes";
import { language } from "../../shared/words";
import { clock } from "../words";
import { say, type DoorWord } from "./words";

const SAID: Record<string, [DoorWord, DoorWord]> = {
  "not-open": ["early.title", "early.said"],
  closed: ["late.title", "late.said"],
  stopped: ["cancelled.title", "cancelled.said"],
  "code-expired": ["expired.title", "expired.said"],
  "not-found": ["no-place.title", "no-place.said"],
  "coupon-not-usable": ["already.title", "already.said"],
  "order-conflict": ["taken.title", "taken.said"],
  merchant: ["suspended.title", "suspended.said"],
  region: ["district.title", "suspended.said"],
  "other-slot": ["other.title", "other.said"],
  "coupon-code": ["coupon.title", "coupon.said"],
  "code-invalid": ["unknown-code.title", "unknown-code.said"],
};

export function refusedBy(refusal: ProblemError): { title: string; said: string } {
  const { reason, reasons, opens_at, closed_at } = refusal.problem;
  const words = [reason, ...(Array.isArray(reasons) ? reasons : []), refusal.slug].map(String);
  const found = words.map((word) => SAID[word]).find(Boolean);
  if (!found) return { title: say("refused.title"), said: lineOf(refusal, language.value) };
  const time = opens_at ?? closed_at;
  return { title: say(found[0]), said: say(found[1], { time: typeof time === "string" ? clock(time) : "" }) };
}

const UNPAID: Partial<Record<Schema<"VisitReason">, DoorWord>> = { ceiling: "unpaid.ceiling", "no-subsidy": "unpaid.no-subsidy", window: "unpaid.window", "not-yet-valid": "unpaid.window" };

export function unpaidBy(reason: Schema<"VisitReason">): string {
  return say(UNPAID[reason] ?? "unpaid.other");
}

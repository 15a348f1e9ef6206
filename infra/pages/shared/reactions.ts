// What a page does after each refusal, and the line that it shows to the person.
//
// `wait` retry at the time that the answer states, `repeat` send the same request again soon, `sign-in` get a token,
// `fresh-code` ask the customer for a new code, `mend` the app has a defect, `final` do not retry.
// Mirrors infra/client/reactions.py, from which words/refusals.json is written; tests/cases/reactions.json runs against both.

import type { ProblemError } from "./api";
import table from "./words/refusals.json";

export type Kind = "wait" | "repeat" | "sign-in" | "fresh-code" | "mend" | "final";
export type Language = "zh" | "en";
export type Line = Record<Language, string>;
export interface Reaction {
  kind: Kind;
  line: Line;
  /** Replaces `line`, by the value of `reason`, of the first of `reasons`, or of `coupon_status`. */
  cases: Record<string, Line>;
}

/** By slug; `unknown` for slugs that this page does not know. */
const REACTIONS = table as { slugs: Record<string, Reaction>; unknown: Reaction };
const BY_STATUS: Record<number, string> = { 401: "unauthenticated", 403: "forbidden" };

/** The reaction to a slug; to the gateway's own refusals, and slugs that this page does not know, by status. */
export function reactionTo(error: ProblemError): Reaction {
  const again = error.status === 429 || error.status >= 500 ? "busy" : BY_STATUS[error.status];
  return REACTIONS.slugs[error.slug] ?? REACTIONS.slugs[again ?? ""] ?? REACTIONS.unknown;
}

/** One line for the person, which says what to do. */
export function lineOf(error: ProblemError, language: Language): string {
  const reaction = reactionTo(error);
  const word = wordsOf(error).find((each) => each in reaction.cases);
  return inserted((word === undefined ? reaction.line : reaction.cases[word])?.[language] ?? "", error);
}

/** The line of one reason, as a quote states it. */
export function lineOfReason(reason: string, language: Language): string {
  const refusal = REACTIONS.slugs["order-not-eligible"] ?? REACTIONS.unknown;
  return (refusal.cases[reason] ?? refusal.line)[language];
}

function wordsOf(error: ProblemError): string[] {
  const { reasons, reason, coupon_status } = error.problem;
  return [...(Array.isArray(reasons) ? reasons : []), reason, coupon_status].filter(
    (word): word is string => typeof word === "string",
  );
}

function inserted(text: string, error: ProblemError): string {
  const { opens_at, returns_at } = error.problem;
  return text.replace("{opens_at}", shaped(opens_at, 5)).replace("{returns_at}", shaped(returns_at, 11));
}

/** `06-06 10:00` or `10:00` of an RFC 3339 time in its own offset; unchanged if it cannot be read. */
function shaped(moment: unknown, from: 5 | 11): string {
  const text = String(moment);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text.slice(from, 16).replace("T", " ") : text;
}

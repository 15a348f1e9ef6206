// In which state a batch is shown, at its borders; and the file for a calendar.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ProblemError } from "../shared/api";
import { epochS } from "../shared/server_time";
import { calendarOf } from "./calendar";
import { isOver, situationAfter, situationOf } from "./situation";

const OPENS = "2020-06-06T10:00:00+08:00";
const CLOSES = "2020-06-13T00:00:00+08:00";
const opensS = epochS(OPENS);
const batch = (status: Parameters<typeof situationOf>[0]["status"]) => ({ status, opens_at: OPENS, closes_at: CLOSES });

const CASES = [
  ["the last moment before the opening", "booking", opensS - 0.001, "before"],
  ["the opening, whatever an older answer said", "booking", opensS, "open"],
  ["paused before the opening", "paused", opensS - 60, "paused"],
  ["drained", "drained", opensS + 60, "drained"],
  ["sold out", "sold_out", opensS + 60, "sold-out"],
  ["the last moment before the close", "open", epochS(CLOSES) - 0.001, "open"],
  ["the close, whatever an older answer said", "open", epochS(CLOSES), "closed"],
  ["stopped goes before closed", "stopped", epochS(CLOSES), "stopped"],
] as const;

for (const [says, status, nowS, is] of CASES) {
  test(`situation: ${says}`, () => equal(situationOf(batch(status), nowS).is, is));
}

test("after a refusal: drained until the time that it states, and a person's refusal is the person's", () => {
  const drained = new ProblemError(409, { type: "/problems/drained", returns_at: OPENS });
  deepEqual(situationAfter(drained, opensS - 1), { is: "drained", returnsAt: OPENS });
  deepEqual(situationAfter(drained, opensS), { is: "open" });
  const limit = new ProblemError(403, { type: "/problems/not-eligible", reason: "limit" });
  deepEqual(situationAfter(limit, opensS), { is: "refused", error: limit });
});

test("a pause is over when the catalogue says anything else; what is gone stays gone", () => {
  ok(isOver({ is: "paused" }, { is: "open" }));
  ok(isOver({ is: "paused" }, { is: "stopped" }));
  ok(!isOver({ is: "paused" }, { is: "paused" }));
  ok(!isOver({ is: "sold-out" }, { is: "open" }));
});

test("a calendar's file has the moment in UTC, its commas quoted, and lines that end as RFC 5545 wants", () => {
  const text = calendarOf("pack", "One, two", opensS, "https://city.example/#/batches/pack");
  ok(text.includes("\r\nDTSTART:20200606T020000Z\r\n"));
  ok(text.includes("\r\nSUMMARY:One\\, two\r\n"));
  ok(text.endsWith("END:VCALENDAR\r\n"));
});

// Days of the address and of a season.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { daysOf, isDay } from "./days";

test("a day of the calendar is one, and nothing else", () => {
  deepEqual(["2020-06-06", "2020-02-29"].map(isDay), [true, true]);
  deepEqual(["", "2020-6-6", "2020-02-30", "2020-13-01", "2021-02-29", "2020-06-06T10:00"].map(isDay), Array(6).fill(false));
});

test("a season that ends at midnight has no day after it", () => {
  const season = { starts_at: "2020-06-06T00:00:00+08:00", ends_at: "2020-09-01T00:00:00+08:00", timezone: "Asia/Shanghai" };
  deepEqual(daysOf(season as Parameters<typeof daysOf>[0]), ["2020-06-06", "2020-08-31"]);
});

// At the door: the window is half open, and what is recorded goes before the time.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { epochS } from "../../shared/server_time";
import type { Mine } from "../slots/catalogue";
import { doorOf } from "./door";

const at = (clock: string) => `2022-08-13T${clock}:00+08:00`;
const CHECK_IN = { opens_at: at("17:30"), closes_at: at("18:15") };
const MINE = { status: "booked", check_in: CHECK_IN, checked_in_at: null, missed: null } as Mine;
const MISSED = { strike: 2, of: 3, excused: false, banned_until: null };
const door = (clock: string, mine: Partial<Mine> = {}) => doorOf({ ...MINE, ...mine }, epochS(at(clock)));

test("the code can be shown from the first second of the window until before its end", () => {
  deepEqual(doorOf(MINE, epochS(at("17:30")) - 1), { is: "before", opensAt: CHECK_IN.opens_at });
  deepEqual(door("17:30"), { is: "open", closesAt: CHECK_IN.closes_at });
  deepEqual(doorOf(MINE, epochS(at("18:15")) - 1), { is: "open", closesAt: CHECK_IN.closes_at });
  deepEqual(door("18:15"), { is: "over", missed: null });
});

test("a check-in and a strike are told at any time", () => {
  deepEqual(door("17:00", { checked_in_at: at("17:40") }), { is: "in", at: at("17:40") });
  deepEqual(door("23:00", { checked_in_at: at("17:40"), missed: MISSED }), { is: "in", at: at("17:40") });
  deepEqual(door("23:00", { missed: MISSED }), { is: "over", missed: MISSED });
});

test("who has no place stands at no door, nor does anybody where there is no check-in", () => {
  deepEqual(doorOf(null, epochS(at("18:00"))), { is: "none" });
  for (const status of ["waiting", "cancelled"] as const) deepEqual(door("18:00", { status }), { is: "none" });
  deepEqual(door("18:00", { check_in: null }), { is: "none" });
});

// How a slot stands for a person: what they are in it goes before what the slot is to all.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, type Problem } from "../../shared/api";
import { epochS } from "../../shared/server_time";
import type { Mine, Slot } from "./catalogue";
import { standingAlone, standingOf } from "./standing";

const at = (clock: string) => `2020-06-13T${clock}:00+08:00`;
const SLOT: Slot = {
  slot_id: "court.2020-06-13.1800", starts_at: at("18:00"), ends_at: at("19:00"), status: "open", opens_at: at("07:00"),
  cancel_until: at("17:00"), promote_until: at("16:00"), units: 2, booked: 0, waiting: 0, waiting_max: 3, price_minor: 0, reason: null,
};
const MINE: Mine = {
  booking_id: "b", slot_id: SLOT.slot_id, status: "booked", starts_at: SLOT.starts_at, ends_at: SLOT.ends_at,
  cancel_until: SLOT.cancel_until, promote_until: SLOT.promote_until, place_in_line: null, promotes: false, reason: null,
};
const WAITING: Mine = { ...MINE, status: "waiting", place_in_line: 2, promotes: true };
const refused = (slug: string, facts: Problem = {}) => new ProblemError(409, { type: `/problems/${slug}`, ...facts });
const standing = (clock: string, mine: Mine | null = null, slot: Partial<Slot> = {}, error: ProblemError | null = null) =>
  standingOf({ ...SLOT, ...slot }, mine, error, epochS(at(clock)));

test("the windows are half open, by the slot's own times", () => {
  equal(standingAlone(SLOT, epochS(at("07:00")) - 1).is, "before");
  // The day is read at most a second old: its word for a slot that has just opened does not count.
  equal(standing("07:00", null, { status: "not-open" }).is, "open");
  equal(standing("17:59").is, "open");
  equal(standing("18:00").is, "begun");
  deepEqual(standing("16:59", MINE), { is: "booked", late: false, begun: false });
  deepEqual(standing("17:00", MINE), { is: "booked", late: true, begun: false });
  deepEqual(standing("18:00", MINE), { is: "booked", late: true, begun: true });
  deepEqual(standing("15:59", WAITING), { is: "waiting", place: 2, promotes: true });
  deepEqual(standing("16:00", WAITING), { is: "waiting", place: 2, promotes: false });
  equal(standing("18:00", WAITING).is, "begun");
});

test("a full slot tells the place in line, while somebody can join it", () => {
  const full = { status: "full", booked: 2, waiting: 2 } as const;
  deepEqual(standing("12:00", null, full), { is: "full", waiting: 2, rank: 3 });
  deepEqual(standing("12:00", null, { ...full, waiting: 3 }), { is: "full", waiting: 3, rank: null });
  deepEqual(standing("16:00", null, full), { is: "full", waiting: 2, rank: null });
});

test("a slot that its venue cancelled says why, also to who is in it", () => {
  const cancelled = { status: "cancelled", reason: "flooded" } as const;
  deepEqual(standing("12:00", null, cancelled), { is: "cancelled", reason: "flooded", mine: false });
  deepEqual(standing("12:00", MINE, cancelled), { is: "cancelled", reason: "flooded", mine: true });
  deepEqual(standing("12:00", { ...MINE, status: "cancelled", reason: "flooded" }), { is: "cancelled", reason: "flooded", mine: true });
});

test("a refusal goes before a day that was read earlier, and after what the person is in the slot", () => {
  deepEqual(standing("12:00", null, {}, refused("full", { waiting: 1, rank_if_joined: 2 })), { is: "full", waiting: 1, rank: 2 });
  deepEqual(standing("12:00", null, {}, refused("full", { waiting: 3 })), { is: "full", waiting: 3, rank: null });
  equal(standing("12:00", null, {}, refused("closed")).is, "full");
  equal(standing("12:00", null, {}, refused("stopped")).is, "cancelled");
  equal(standing("12:00", null, {}, refused("not-open")).is, "before");
  equal(standing("12:00", null, {}, refused("not-eligible", { reason: "quota" })).is, "refused");
  equal(standing("12:00", MINE, {}, refused("full")).is, "booked");
});

test("an activity that is not held as planned cannot be booked", () => {
  equal(standing("12:00", null, { status: "closed" }).is, "halted");
});

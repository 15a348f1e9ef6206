// What the statistics say, in numbers: no browser, no requests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, comparedOf, dayStartS, healthOf, leverage, ofSmallFirms, releaseOf, secondsOf, stated, stepOf, type Stats } from "./stats";

const at = (clock: string) => `2020-06-06T${clock}+08:00`;
const s = (clock: string) => Date.parse(at(clock)) / 1000;
const batch = (batch_id: string, opens_at: string, mode: "first_come" | "granted" = "first_come") => ({ batch_id, opens_at, mode });

test("what a unit of coupon money moved is cut off, and unknown while none is used", () => {
  assert.equal(leverage({ consumption_minor: 8_699, discount_minor: 1_000 }), 8.6);
  assert.equal(leverage({ consumption_minor: 0, discount_minor: 0 }), null);
  assert.equal(leverage({ consumption_minor: -5, discount_minor: 10 }), null);
});

test("the share of small firms is unknown where no shop is said to be one", () => {
  const row = (name: string, consumption_minor: number) => ({ name, consumption_minor }) as Stats["rows"][number];
  assert.equal(ofSmallFirms({ rows: [row("sme", 70), row("hubei-origin", 90)] }), 70);
  assert.equal(ofSmallFirms({ rows: [row("hubei-origin", 90)] }), null);
});

test("a tile takes the lowest step for nothing alone, and the others by quarters of the rest", () => {
  const all = [0, 0, 1, 2, 30, 400, 5_000, 60_000, 700_000, 8_000_000];
  assert.deepEqual(all.map((value) => stepOf(value, all)), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  assert.deepEqual([stepOf(5, [5]), stepOf(5, [5, 5])], [1, 1]);
});

test("seconds without anything stand between those that have some, of one batch alone", () => {
  const seconds = [
    { batch_id: "early", at: at("10:00:01"), claims: 5, refused: { drained: 2 } },
    { batch_id: "other", at: at("10:00:01"), claims: 9, refused: {} },
  ];
  assert.deepEqual(secondsOf({ seconds }, "early", s("10:00:00"), s("10:00:03")).map((one) => one.claims), [0, 5, 0]);
  assert.deepEqual(secondsOf({ seconds }, "early", s("10:00:03"), s("10:00:00")), []);
});

test("refusals because all are out are no fault, and one that was too busy is", () => {
  const refused = (...all: Record<string, number>[]) => all.map((one, second) => ({ atS: second, claims: 0, refused: one }));
  assert.deepEqual(causesOf(refused({ drained: 2 }, { drained: 1, busy: 3, paused: 1 })), [["busy", 3], ["drained", 3], ["paused", 1]]);
  assert.equal(healthOf(refused({ drained: 2 }, { "sold-out": 1 })), "drained");
  assert.equal(healthOf(refused({ drained: 2 }, { busy: 1 })), "busy");
  assert.equal(healthOf(refused({ "not-eligible": 2 })), "well");
  assert.equal(healthOf(refused()), "well");
});

test("a release is on from two minutes before its opening until three minutes after, and is none of a granted batch", () => {
  const batches = [batch("early", at("10:00:00")), batch("care", at("10:01:00"), "granted"), batch("late", at("10:02:00"))];
  assert.deepEqual(["09:57:59", "09:58:00", "10:00:00", "10:04:59", "10:05:00"].map((clock) => releaseOf(batches, s(clock))?.batch_id), [undefined, "early", "late", "late", undefined]);
});

test("two batches are compared for whole minutes, an hour at most, within a day", () => {
  const batches = [batch("first", "2020-06-05T10:00:00+08:00"), batch("second", at("10:00:00"))];
  assert.equal(comparedOf(batches, s("10:00:59")), null);
  assert.equal(comparedOf(batches, s("10:30:20"))?.minutes, 30);
  assert.deepEqual([comparedOf(batches, s("23:00:00"))?.minutes, comparedOf(batches, s("23:00:00"))?.before.batch_id], [60, "first"]);
  assert.equal(comparedOf(batches, s("10:00:00") + 86_400), null);
  assert.equal(comparedOf([batches[1]!], s("11:00:00")), null);
});

test("a day begins at midnight of its zone, and a query states it in UTC", () => {
  assert.equal(stated(dayStartS(s("10:30:20"), "Asia/Shanghai")), "2020-06-05T16:00:00Z");
  assert.equal(stated(dayStartS(s("00:00:00"), "Asia/Shanghai")), "2020-06-05T16:00:00Z");
});

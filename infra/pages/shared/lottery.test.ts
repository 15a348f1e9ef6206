// In which phase a draw is, at its borders; and digits as they are read out.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { linesOf, phaseOf, type Draw } from "./lottery";
import { epochS } from "./server_time";

const booking = { opens_at: "2020-06-29T00:00:00+08:00", closes_at: "2020-07-02T00:00:00+08:00" };
const [opensS, closesS] = [epochS(booking.opens_at), epochS(booking.closes_at)];
const CASES: [string, Draw["state"] | null, number, ReturnType<typeof phaseOf>][] = [
  ["the last moment before entries open", "collecting", opensS - 0.001, "before"],
  ["entries open", "collecting", opensS, "entries"],
  ["nothing is known of the draw: the clock", null, closesS - 0.001, "entries"],
  ["entries have closed, and the list is not sealed", "collecting", closesS, "sealing"],
  ["sealed, whatever the clock says", "committed", opensS, "sealed"],
  ["drawn", "drawn", closesS, "drawn"],
  ["a reserve", "reserve-2", closesS, "drawn"],
  ["final", "final", closesS, "drawn"],
  ["void goes before the clock", "void", opensS, "void"],
  ["broken", "broken", closesS, "broken"],
  ["abandoned", "abandoned", closesS, "abandoned"],
];

for (const [says, state, nowS, phase] of CASES) {
  test(`phase of a draw: ${says}`, () => equal(phaseOf(booking, state && { state }, nowS), phase));
}

test("64 digits are four lines of four groups of four, and nothing is lost", () => {
  const hex = "0123456789abcdef".repeat(4);
  deepEqual(linesOf(hex), Array(4).fill("0123 4567 89ab cdef"));
  equal(linesOf(hex.slice(3)).join("").replace(/ /g, ""), hex.slice(3));
});

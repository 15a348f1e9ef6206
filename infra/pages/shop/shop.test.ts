// What the shop works out by itself: amounts, scans by keyboard, numbers, lists.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { itemsOf, sumOf, type ItemText } from "./goods";
import { found, leftOf, rowsOf, type Line } from "./lines";
import { minorOf, textOf, typed } from "./money";
import { placeOf } from "./place";
import { quoteOf } from "./practice";
import { numberOf } from "./records";
import { Wedge } from "./wedge";

const CODE = "AV8gj4QCXU74fUTFeJtAq-0QnQP4wDdoQQMNzkTMmzSkycB6oAq5h3dKMg";

/** What a wedge makes of keys with this gap, after an earlier text with a pause. */
function heard(text: string, gapMs: number, before = "", amount = false): (string | null)[] {
  const wedge = new Wedge();
  let atMs = 1_000;
  for (const key of before) wedge.key(key, (atMs += 200), amount);
  atMs += 300;
  return [...text, "Enter"].map((key) => wedge.key(key, (atMs += gapMs), amount)).filter(Boolean);
}

for (const [text, digits, minor] of [
  ["60", 2, 6000], ["60.5", 2, 6050], ["60,50", 2, 6050], ["0.01", 2, 1], ["60.505", 2, null], ["", 2, null], ["0", 2, null],
  ["-5", 2, null], ["1e3", 2, null], ["500", 0, 500], ["500.5", 0, null], ["1000000000", 2, 1e11], ["1000000000.01", 2, null],
] as const) {
  test(`an amount: ${text} with ${digits} digits is ${minor}`, () => equal(minorOf(text, digits), minor));
}

test("keys make an amount and nothing else", () => {
  const of = (keys: string[], digits = 2) => keys.reduce((text, key) => typed(text, key, digits), "");
  equal(of(["6", "0", ".", "5", "0", "5"]), "60.50");
  equal(of([".", "5"]), "0.5");
  equal(of(["0", "0", "7"]), "7");
  equal(of(["1", ".", ".", "2"]), "1.2");
  equal(of(["6", "0", "back", "back", "back"]), "");
  equal(of(["5", ".", "1"], 0), "51");
  equal(textOf(4050, 2), "40.50");
});

test("a scanner is faster than a hand", () => {
  deepEqual(heard(CODE, 5), [CODE]);
  deepEqual(heard(CODE, 80), [CODE]);
  deepEqual(heard(CODE, 200), []);
  deepEqual(heard("60", 5), []);
});

test("an amount before a scan is no part of it, nor do letters ever belong to an amount", () => {
  deepEqual(heard(CODE, 5, "60"), [CODE]);
  deepEqual(heard(CODE, 200, "60", true), [CODE]);
  deepEqual(heard("123456789012", 200, "", true), []);
});

test("an order's number names the day, the device and the turn", () => equal(numberOf("2020-06-06", "k7f2", 12), "20200606-k7f2-0012"));

test("the address names the screen", () => {
  deepEqual(placeOf(""), { screen: "sale", of: "" });
  deepEqual(placeOf("#/orders/a%2F1"), { screen: "order", of: "a/1" });
  deepEqual(placeOf("#/settlement/2020-06-06"), { screen: "settlement", of: "2020-06-06" });
  deepEqual(placeOf("#/nothing"), { screen: "sale", of: "" });
  deepEqual(placeOf("#/orders/50%"), { screen: "order", of: "50%" });
});

test("the list of a day says what is left of each order, and finds it by number or amount", () => {
  const line = (order_no: string, payable_minor: number, kind = "redemption") =>
    ({ order_no, payable_minor, kind, at: "2020-06-06T10:00:00+08:00", currency: "CNY", late: false }) as Line;
  const lines = [line("a-1", 4000), line("a-1", -1000, "reversal"), line("b-2", 500), line("b-2", -500, "reversal")];
  const rows = rowsOf(lines, []);
  deepEqual(rows.map(({ number, state }) => [number, state]), [["a-1", "part-reversed"], ["b-2", "reversed"]]);
  deepEqual([leftOf(lines, "a-1"), leftOf(lines, "b-2")], [3000, 0]);
  deepEqual([found(rows, "A-1").length, found(rows, "40").length, found(rows, "41").length], [1, 1, 0]);
});

const line = (changes: Partial<ItemText>): ItemText => ({ key: 1, price: "12.50", quantity: "2", sku: "", category: "", tags: "", ...changes });

test("items add up, or are not complete", () => {
  equal(sumOf([line({}), line({ price: "5", quantity: "1" })], 2), 3000);
  for (const changes of [{ price: "" }, { price: "1.005" }, { quantity: "0" }, { quantity: "1.5" }, { quantity: "10001" }, { quantity: "" }]) {
    equal(sumOf([line({}), line(changes)], 2), null);
  }
  equal(sumOf([line({ price: "1000000000", quantity: "1" })], 2), 1e11);
  equal(sumOf([line({ price: "1000000000", quantity: "1" }), line({ price: "0.01", quantity: "1" })], 2), null);
});

test("an item has the shop's own kind and a number where nothing else was typed", () => {
  deepEqual(itemsOf([line({}), line({ sku: " tea ", category: "drinks", tags: "green，hot green" })], 2, "catering"), [
    { sku: "item-1", category: "catering", tags: [], price_minor: 1250, quantity: 2 },
    { sku: "tea", category: "drinks", tags: ["green", "hot"], price_minor: 1250, quantity: 2 },
  ]);
});

test("a practice is a sum that adds up, and says what is missing", () => {
  const of = (total_minor: number) => quoteOf({ total_minor } as Parameters<typeof quoteOf>[0]);
  deepEqual([of(6000).payable_minor, of(6000).eligible], [4000, true]);
  deepEqual([of(4200).payable_minor, of(4200).missing_minor, of(4200).reasons], [4200, 800, ["min-spend"]]);
});

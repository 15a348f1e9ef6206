// The city's numbers, places in a document, and equations: no browser, no requests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { language } from "../shared/words";
import { actsOf, isInForce, issuedOf, rowsOf, totalsOf, withMore, type Campaign, type Summary, type Terms } from "./batches";
import { wholeOf } from "./consequences";
import { plain, textOf } from "./csv";
import { told } from "./details";
import { carried, compared, parsed, withRevision, written } from "./document_tools";
import { batchOf, inWords } from "./equations";
import { consoleHref, placeOf } from "./place";
import { reasonOf, unitsOf } from "./slot_fields";
import { amountsIn, share } from "./words";

const DOCUMENT = {
  campaign_id: "spring",
  revision: 3,
  title: { en: "Spring", zh: "春" },
  funders: [{ funder_id: "city", title: "City", kind: "government", budget_minor: 1_000 }],
  terms: [{ terms_id: "meal", discount: { kind: "amount_off", threshold_minor: 50, amount_minor: 10 } }],
  batches: [
    { batch_id: "late", title: "Late", opens_at: "2020-06-13T10:00:00+08:00", closes_at: "2020-06-20T00:00:00+08:00", quantity: 5, booking: null, limits: [], terms: ["meal"] },
    { batch_id: "early", title: "Early", opens_at: "2020-06-06T10:00:00+08:00", closes_at: "2020-06-13T00:00:00+08:00", quantity: 7, terms: ["meal"] },
  ],
} as unknown as Campaign;

test("rows stand in the order of their openings, and one that is not published has no view", () => {
  const rows = rowsOf(DOCUMENT, [{ batch_id: "early", quantity: 9, remaining: 4 } as Summary]);
  assert.deepEqual(rows.map((one) => [one.batchId, one.quantity, one.view !== null]), [["early", 9, true], ["late", 5, false]]);
});

test("what is issued counts each coupon of a pack at its largest", () => {
  const discounts = [{ kind: "amount_off", amount_minor: 10 }, { kind: "percent_off", cap_minor: 20 }, { kind: "exchange", value_minor: 30 }];
  const coupons = discounts.map((discount) => ({ discount }) as Terms);
  assert.deepEqual(issuedOf({ quantity: 10, remaining: 4, coupons }), { packs: 6, coupons: 18, worthMinor: 360 });
});

test("totals add up, and a share is cut off: all of it and none of it are never said of less or more", () => {
  language.value = "en";
  const batches = [{ quantity: 1_000_000, remaining: 999_999, status: "open" }, { quantity: 10, remaining: 0, status: "paused" }] as Summary[];
  assert.deepEqual(totalsOf(batches), { quantity: 1_000_010, remaining: 999_999, claimed: 11, open: 1, paused: 1 });
  assert.deepEqual([share(999_999, 1_000_000), share(1, 1_000_000), share(0, 5), share(5, 5)], ["99.9%", "<0.1%", "0%", "100%"]);
});

test("an act is offered only where it can be done", () => {
  assert.deepEqual(actsOf(null), ["publish"]);
  assert.equal(actsOf("paused")[0], "resume");
  assert.ok(!actsOf("stopped").includes("raise"));
});

test("an act is in force when the public read shows it, and an extension is never shown there", () => {
  assert.equal(isInForce("pause", { status: "open", quantity: 1 }, 0), false);
  assert.equal(isInForce("pause", { status: "paused", quantity: 1 }, 0), true);
  assert.equal(isInForce("raise", { status: "open", quantity: 9 }, 10), false);
  assert.equal(isInForce("extend", { status: "open", quantity: 9 }, 0), null);
});

test("the money of a raise is asked for under a name that no batch has, before all others", () => {
  const taken = { ...DOCUMENT, batches: [...DOCUMENT.batches, { ...DOCUMENT.batches[0]!, batch_id: "more" }] };
  const { body, batchId } = withMore(taken, "early", 20);
  assert.deepEqual([batchId, body.batches[0]!.batch_id, body.batches[0]!.quantity], ["more-x", "more-x", 20]);
});

test("numbers are typed with or without separators", () => {
  assert.deepEqual(["20,000", " 7 ", "0", "-1", "1.5", ""].map(wholeOf), [20_000, 7, null, null, null, null]);
});

test("a place is found by number and by name, a missing field at the object that lacks it", () => {
  const text = written(DOCUMENT);
  const line = (part: string) => text.slice(0, text.indexOf(part)).split("\n").length;
  const { body, locate } = parsed(text);
  assert.equal(body!.batches.length, 2);
  assert.equal(locate("body.terms.0.discount.amount_minor").line, line("amount_minor"));
  assert.equal(locate("batches[early].quantity").line, line("quantity: 7"));
  assert.equal(locate("body.batches.1.opens_at_all").line, line("batch_id: early"));
  const { from, to } = locate("terms[meal].discount.amount_minor");
  assert.equal(text.slice(from, to), "10");
});

test("what is empty is not written, and the core schema reads no dates and no booleans out of words", () => {
  assert.ok(!written(DOCUMENT).includes("booking"));
  const { body } = parsed("a: no\nb: 10:00\nc: 2020-06-06\n");
  assert.deepEqual(body as unknown, { a: "no", b: "10:00", c: "2020-06-06" });
});

test("a text that is no YAML has its line, and no body", () => {
  for (const [text, line] of [["a: 1\nb: x: y\n", 2], ["a: 1\na: 2\n", 2], ["- 1\n", 1]] as const) {
    const { body, faults } = parsed(text);
    assert.deepEqual([body, faults[0]!.line], [null, line], text);
  }
});

test("two edits of other lines are carried into one text; of the same lines they are not", () => {
  const base = written(DOCUMENT);
  const mine = base.replace("quantity: 7", "quantity: 8");
  const theirs = base.replace("en: Spring", "en: May").replace("revision: 3", "revision: 4");
  const both = carried(base, mine, theirs)!;
  assert.ok(["quantity: 8", "en: May", "revision: 4"].every((part) => both.includes(part)));
  assert.equal(carried(base, mine, base.replace("quantity: 7", "quantity: 9")), null);
  assert.ok(withRevision(mine, theirs).includes("revision: 4"));
});

test("a comparison has what was added, removed and stays", () => {
  assert.deepEqual(compared("a\nb\n", "a\nc\n").map(({ kind, lines }) => [kind, ...lines]), [["same", "a"], ["removed", "b"], ["added", "c"]]);
});

test("an equation keeps its numbers in both languages", () => {
  const told = "quantity 2000000 = remaining 1 + claims 1999999 + unclaimed 0, unclaimed >= 0";
  assert.equal(inWords(told, "en").text, "quantity 2,000,000 = remaining 1 + claims 1,999,999 + unclaimed 0, unclaimed ≥ 0");
  assert.equal(inWords(told, "zh").text, "总数 2,000,000 = 剩余 1 + 领取 1,999,999 + 未领 0, 未领 ≥ 0");
  assert.equal(inWords("reserved city 1.00 CNY", "zh", { city: "市政府" }).text, "留存 市政府 1.00\u00a0元");
  assert.deepEqual(inWords("something new 5", "zh"), { text: "something new 5", lang: "en-GB" });
  assert.deepEqual(batchOf("batch early: claims 1"), { batchId: "early", text: "claims 1" });
});

test("an address leads to its screen, and a broken one to the first season", () => {
  assert.deepEqual(placeOf(consoleHref("spring", "audit", "early")), { name: "console", campaignId: "spring", part: "audit", batchId: "early" });
  assert.deepEqual(placeOf("#/console/spring/nowhere"), { name: "console", campaignId: "spring", part: "batches", batchId: null });
  assert.deepEqual(placeOf("#/%E0%A4%A"), { name: "board", campaignId: "%E0%A4%A", view: "board" });
});

test("a refusal of the stack is said in Chinese with its facts, and a sentence in it too", () => {
  const said = (detail: string) => told(detail, "zh").text;
  assert.equal(said("'early' was stopped for good."), "“early” 已永久终止。");
  assert.equal(said("must be between or after; did you mean after?"), "应是 between 或 after；是不是 after？");
  assert.equal(said("batch early: terms 'meal' is not declared in this document; did you mean 'meals'?"), "批次 early：条款 “meal” 没有写在本文件中；是不是 “meals”？");
  assert.equal(said("must have at least 1 entry"), "至少 1 项");
  assert.equal(said('Batch \'early\' is published: title stays "tea or milk", the document states 5.'), '批次 “early” 已发布：title 保持 "tea or milk"，文件写的是 5。');
  assert.deepEqual(told("something new", "zh"), { text: "something new", lang: "en-GB" });
  assert.deepEqual(told("'early' was stopped for good.", "en"), { text: "'early' was stopped for good." });
});

test("an amount of the stack is written as the page writes amounts, and what is none stays", () => {
  assert.equal(amountsIn("spent -1,234.50 CNY of 5 JPY, 2.5 CNY, 7 USD", "en"), "spent −¥1,234.50 of ¥5, 2.5 CNY, 7 USD");
});

test("a file has a mark for spreadsheet programs, and no text that they would compute", () => {
  assert.equal(textOf([["a,b", "=1+1", "-1.50"], ['"', "-x", 3]]), '"a,b",\'=1+1,-1.50\r\n"""",\'-x,3\r\n');
  assert.deepEqual([plain(123_450, "CNY"), plain(5, "JPY")], ["1234.50", "5"]);
});

test("a reason has words and at most 200 letters, and places are a whole number below a thousand", () => {
  assert.deepEqual(["", "  ", " repair ", "x".repeat(200), "x".repeat(201)].map((text) => reasonOf(text)?.length ?? null), [null, null, 6, 200, null]);
  assert.deepEqual(["", "0", " 12 ", "999", "1000", "1.5", "-1"].map(unitsOf), [null, 0, 12, 999, null, null, null]);
});

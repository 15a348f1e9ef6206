// Money and time as people read them.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { amountOf, clockOf, dayOf, moneyOf, momentOf, spanOf, zoneOf } from "./figures";
import { preferred } from "./words";

const MOMENT = "2020-06-06T02:00:00Z";

test("an amount is in major units of its currency, and never a fraction of its smallest unit", () => {
  const told = (minor: number, currency: string, short = false) => [
    moneyOf(minor, currency, "zh", short).replace("\u00a0", " "), moneyOf(minor, currency, "en", short),
  ];
  deepEqual(told(1_000, "CNY"), ["10.00 元", "¥10.00"]);
  deepEqual(told(1_000, "CNY", true), ["10 元", "¥10"]);
  deepEqual(told(1_050, "CNY", true), ["10.50 元", "¥10.50"]);
  deepEqual(told(123_456_789, "CNY"), ["1,234,567.89 元", "¥1,234,567.89"]);
  deepEqual(told(-1_000, "CNY"), ["−10.00 元", "−¥10.00"]);
  equal(moneyOf(1_000, "JPY", "en"), "¥1,000");
  equal(moneyOf(1_005, "KWD", "en").replace("\u00a0", " "), "KWD1.005");
  deepEqual(amountOf(1_000, "CNY", "en", true), { sign: "¥", number: "10", signFirst: true });
});

test("a time is in the campaign's zone, wherever the device is", () => {
  deepEqual([momentOf(MOMENT, "Asia/Shanghai", "zh"), momentOf(MOMENT, "Asia/Shanghai", "en")], ["6月6日 10:00", "6 June 10:00"]);
  equal(clockOf("2020-06-06T00:00:00+08:00", "Asia/Shanghai", "en"), "00:00");
  equal(dayOf(MOMENT, "Asia/Shanghai", "zh"), "6月6日周六");
  deepEqual([zoneOf("Asia/Shanghai", "zh"), zoneOf("Asia/Shanghai", "en")], ["北京时间", "Beijing time"]);
});

test("what is left is never shown as nothing before it is over, and never below nothing", () => {
  deepEqual([90_061, 59.2, 0.1, 0, -5].map((left) => spanOf(left)), [
    { days: 1, clock: "01:01:01" }, { days: 0, clock: "00:01:00" }, { days: 0, clock: "00:00:01" },
    { days: 0, clock: "00:00:00" }, { days: 0, clock: "00:00:00" },
  ]);
});

test("what was asked for goes before what was remembered, and that before the browser's wish", () => {
  equal(preferred("en", "zh", ["zh-CN"]), "en");
  equal(preferred(null, "zh", ["en"]), "zh");
  equal(preferred(null, null, ["fr-FR", "zh-TW", "en"]), "zh");
  equal(preferred("xx", null, ["fr"]), "en");
});

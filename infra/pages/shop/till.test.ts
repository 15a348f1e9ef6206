// tests/cases/redemptions.json holds for the shop; tests/unit/client/test_shared_cases.py runs it against the client.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import redemptions from "../../../tests/cases/redemptions.json";
import { Api, ApiError, ProblemError, UnreachableError } from "../shared/api";
import { Till, UnansweredError, type Journal, type Kept, type Order } from "./till";

const OPENING_S = Date.parse("2020-06-06T10:00:00+08:00") / 1000;
const SCANNED = "2020-06-06T02:00:00+00:00";
const REDEEMED = { order_no: "o-1", payable_minor: 4000 };
const ORDER = { total_minor: 6000, store_id: "s", channel: "offline", region: "r", items: [] } as unknown as Order;

type Said = { status: number; slug?: string; facts?: object } | string;

class Memory implements Journal {
  readonly kept = new Map<string, Kept>();
  readonly struck: string[] = [];
  get = (number: string) => Promise.resolve(this.kept.get(number));
  put = (number: string, kept: Kept) => Promise.resolve(void this.kept.set(number, kept));
  entries = () => Promise.resolve([...this.kept]);
  strike(number: string): Promise<void> {
    this.struck.push(number);
    return Promise.resolve(void this.kept.delete(number));
  }
}

class Scene {
  nowS = OPENING_S;
  readonly sent: string[] = [];
  readonly replies: Record<string, Said[]> = {};
  readonly journal = new Memory();
  /** What the journal held at each request. */
  readonly written: boolean[] = [];
  readonly api = new Api(
    () => "till",
    {
      monotonicS: () => this.nowS - 1_000,
      uniform: (_, high) => high,
      sleep: (waitS) => Promise.resolve(void (this.nowS += waitS)),
    },
    (_, init) => this.answer(init ?? {}),
  );
  readonly till = new Till(this.api, this.journal);

  private async answer({ method = "GET", body }: RequestInit): Promise<Response> {
    const scanned = typeof body === "string" && (JSON.parse(body) as { scanned_at?: string }).scanned_at;
    if (scanned) equal(scanned, SCANNED);
    this.sent.push(method + (scanned ? " late" : ""));
    this.written.push(this.journal.kept.size > 0);
    const replies = this.replies[method] ?? ["not-found"];
    const said = (replies.length > 1 ? replies.shift() : replies[0]) ?? "lost";
    if (said === "lost") throw new TypeError("Failed to fetch");
    const headers = { Date: new Date(Math.floor(this.nowS) * 1000).toUTCString() };
    if (said === "redeemed") return new Response(JSON.stringify(REDEEMED), { status: 201, headers });
    const { status, slug, facts } = typeof said === "string" ? { status: said === "not-found" ? 404 : 409, slug: said, facts: {} } : said;
    return new Response(JSON.stringify({ ...(slug && { type: `/problems/${slug}` }), ...facts }), { status, headers });
  }
}

for (const each of redemptions) {
  test(`redemption: ${each.says}`, async () => {
    const scene = new Scene();
    scene.api.time.learn(new Date(OPENING_S * 1000).toUTCString(), null, OPENING_S - 1_000, OPENING_S - 1_000);
    if (each.cut_off_s !== undefined) {
      scene.replies.PUT = ["lost"];
      await scene.till.redeem("o-1", { order: ORDER, code: "C1" }).catch(() => null);
      scene.nowS = OPENING_S + each.cut_off_s;
      scene.sent.length = scene.written.length = 0;
    }
    scene.replies.PUT = [...each.PUT] as Said[];
    scene.replies.GET = [...(each.GET ?? ["not-found"])];
    let ends = "redeemed";
    try {
      if (each.cut_off_s === undefined || each.code !== undefined) {
        deepEqual(await scene.till.redeem("o-1", { order: ORDER, code: each.code ?? "C1" }), REDEEMED);
      } else {
        const [settled] = await scene.till.settle();
        ends = settled === undefined ? "open" : (settled.refusal?.slug ?? "redeemed");
      }
    } catch (error) {
      if (error instanceof UnansweredError) ends = "unanswered";
      else if (error instanceof UnreachableError) ends = "unreachable";
      else if (error instanceof ProblemError) ends = error.slug;
      else throw error;
    }
    deepEqual([ends, scene.sent, [...scene.journal.kept.keys()]], [each.ends, each.sent, each.open]);
    equal(scene.written.every(Boolean), true);
    equal(scene.journal.struck.length, 1 - each.open.length);
  });
}

test("what was read earlier than it was confirmed was scanned then", async () => {
  const scene = new Scene();
  scene.api.time.learn(new Date(OPENING_S * 1000).toUTCString(), null, OPENING_S - 1_000, OPENING_S - 1_000);
  scene.nowS += 40;
  scene.replies.PUT = ["lost", "code-expired", "redeemed"];
  await scene.till.redeem("o-1", { order: ORDER, code: "C1", scannedS: OPENING_S - 1_000 });
  deepEqual(scene.sent, ["PUT", "PUT", "PUT late"]);
});

test("a reversal is kept until it is answered, and another amount under its number is not sent", async () => {
  const scene = new Scene();
  scene.replies.PUT = ["lost"];
  await scene.till.reverse("o-1", "r-1", 4000).catch((error: unknown) => equal(error instanceof ApiError, true));
  await scene.till.reverse("o-1", "r-1", 3000).catch((error: unknown) => equal(error instanceof UnansweredError, true));
  deepEqual([...scene.journal.kept.keys()], ["o-1/r-1"]);
  scene.replies.PUT = ["redeemed"];
  const settled = await scene.till.settle();
  deepEqual([settled.map(({ number }) => number), scene.journal.kept.size], [["o-1/r-1"], 0]);
});

test("settling stops where there is still no answer", async () => {
  const scene = new Scene();
  for (const number of ["o-1", "o-2"]) scene.journal.kept.set(number, { order: ORDER, code: "C1", pin: null, scanned_at: null });
  scene.replies.PUT = ["redeemed", { status: 503, slug: "busy" }];
  deepEqual((await scene.till.settle()).map(({ number }) => number), ["o-1"]);
  deepEqual([...scene.journal.kept.keys()], ["o-2"]);
});

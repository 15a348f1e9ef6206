// The tables of tests/cases/ hold for the pages; tests/unit/client/test_shared_cases.py runs them against the client.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import claims from "../../../tests/cases/claims.json";
import reactions from "../../../tests/cases/reactions.json";
import requests from "../../../tests/cases/requests.json";
import times from "../../../tests/cases/server_time.json";
import { Api, ProblemError, UnreachableError, type Problem } from "./api";
import { Citizen, OpensLaterError } from "./citizen";
import type { Device } from "./device";
import { lineOf, reactionTo } from "./reactions";
import { ServerTime } from "./server_time";

const OPENING = "2020-06-06T10:00:00+08:00";
const CLAIMED = { batch_id: "pack", claimed_at: OPENING, coupons: [] };
const NAMES: Record<string, string> = {
  "GET /batches/pack": "LOOK", "PUT /batches/pack/claim": "PUT", "GET /batches/pack/claim": "GET",
};

interface Said {
  status?: number;
  slug?: string;
  body?: unknown;
  facts?: Problem;
  headers?: Record<string, string>;
  lost?: boolean;
}

/** `lost`, `claimed`, a slug, or what the answer is made of. */
function replyOf(said: Said | string, nowS: number): Response {
  if (said === "claimed") return replyOf({ status: 201, body: CLAIMED }, nowS);
  if (typeof said === "string") {
    const status = { "not-found": 404, forbidden: 403 }[said] ?? 409;
    return replyOf(said === "lost" ? { lost: true } : { status, slug: said }, nowS);
  }
  if (said.lost) throw new TypeError("Failed to fetch");
  const body = said.slug === undefined ? (said.body ?? {}) : { type: `/problems/${said.slug}`, ...said.facts };
  const headers = { Date: new Date(Math.floor(nowS) * 1000).toUTCString(), ...said.headers };
  return new Response(JSON.stringify(body), { status: said.status ?? 200, headers });
}

/** A device whose sleep moves the clock that the scripted stack tells too, and a stack whose last reply repeats. */
class Scene {
  nowS = Date.parse(OPENING) / 1000 - 60;
  readonly waitsS: number[] = [];
  readonly sent: string[] = [];
  readonly tokens: (string | null)[] = [];
  readonly replies: Record<string, (Said | string)[]> = {};
  readonly device: Device = {
    monotonicS: () => this.nowS - 1_000,
    uniform: (_, high) => high,
    sleep: (waitS) => {
      this.waitsS.push(Math.round(waitS * 1e6) / 1e6);
      this.nowS += waitS;
      return Promise.resolve();
    },
  };
  readonly api = new Api(() => "anns", this.device, (address, init) => {
    const route = `${init?.method} ${String(address)}`;
    this.sent.push(NAMES[route] ?? route);
    this.tokens.push((init?.headers as Record<string, string>).Authorization ?? null);
    const replies = this.replies[NAMES[route] ?? route] ?? ["not-found"];
    const said = replies.length > 1 ? replies.shift() : replies[0];
    return new Promise((resolve) => {
      if (init?.signal?.aborted) throw new DOMException("given up", "AbortError");
      resolve(replyOf(said ?? "lost", this.nowS));
    });
  });
}

for (const each of times) {
  test(`server time: ${each.says}`, () => {
    const time = new ServerTime(() => each.at_s);
    for (const told of each.answers) {
      time.learn(told.date, "age" in told ? (told.age ?? null) : null, told.sent_s, told.received_s);
    }
    equal(time.isKnown ? time.nowS() : null, each.now_s);
  });
}

for (const each of reactions) {
  test(`reaction: ${each.en}`, () => {
    const error = new ProblemError(each.status, each.problem);
    equal(reactionTo(error).kind, each.kind);
    deepEqual([lineOf(error, "en"), lineOf(error, "zh")], [each.en, each.zh]);
  });
}

for (const each of requests) {
  test(`request: ${each.says}`, async () => {
    const scene = new Scene();
    const ends = each.ends as { status?: number; replayed?: boolean; slug?: string; maybe_done?: boolean; retry_after_s?: number };
    scene.replies[`${each.method} /any`] = [...each.replies] as Said[];
    const repeatable = each.method !== "POST" || each.writes === false;
    try {
      const answer = await scene.api.request(each.method, "/any", repeatable, null, { body: {} });
      deepEqual([answer.status, answer.replayed], [ends.status, ends.replayed ?? false]);
    } catch (error) {
      if (error instanceof ProblemError) {
        const seen = [error.status, error.slug, error.maybeDone, error.retryAfterS];
        deepEqual(seen, [ends.status, ends.slug, ends.maybe_done, ends.retry_after_s ?? null]);
      } else {
        ok(error instanceof UnreachableError, String(error));
        deepEqual(ends, { unreachable: true });
      }
    }
    deepEqual([scene.waitsS, scene.sent.length], [each.waits_s, each.sent]);
  });
}

for (const each of claims) {
  test(`claim: ${each.says}`, async () => {
    const scene = new Scene();
    const ann = new Citizen(scene.api);
    scene.replies.LOOK = [{ body: { opens_at: OPENING } }];
    scene.replies.GET = [...(each.GET ?? ["not-found"])];
    if (each.before) {
      scene.replies.PUT = [...each.before];
      await ann.claim("pack").catch(() => null);
      scene.sent.length = scene.waitsS.length = 0;
    }
    scene.replies.PUT = [...each.PUT] as Said[];
    const patience = { waitS: each.wait_s ?? 0 };
    let ends = "claimed";
    try {
      deepEqual(await (each.call ? ann.claimAtOpening("pack", patience) : ann.claim("pack", patience)), CLAIMED);
    } catch (error) {
      if (error instanceof OpensLaterError) ends = "opens-later";
      else if (error instanceof UnreachableError) ends = "unreachable";
      else if (error instanceof ProblemError) ends = error.slug;
      else throw error;
    }
    deepEqual([ends, scene.sent, scene.waitsS], [each.ends, each.sent, each.waits_s]);
  });
}

test("a public read carries no token, and a person's request does", async () => {
  const scene = new Scene();
  scene.replies.LOOK = [{ body: {} }];
  scene.replies.GET = ["claimed"];
  await scene.api.call("GET /batches/{batch_id}", { path: { batch_id: "pack" } });
  await scene.api.call("GET /batches/{batch_id}/claim", { path: { batch_id: "pack" } });
  deepEqual(scene.tokens, [null, "Bearer anns"]);
});

test("a claim is noted as unsettled before its first byte, and settled by its answer", async () => {
  const scene = new Scene();
  const unsettled = new Set<string>();
  scene.replies.PUT = ["closed", "lost", "lost", "lost", "lost", "lost", "claimed"];
  const ann = new Citizen(scene.api, unsettled);
  for (const open of [0, 1, 0]) {
    const end = ann.claim("pack").catch(() => null);
    equal(unsettled.size, 1);
    await end;
    equal(unsettled.size, open);
  }
});

test("what the person gives up is not repeated", async () => {
  const scene = new Scene();
  const signal = AbortSignal.abort();
  await rejects(scene.api.request("GET", "/any", true, null, { signal }), { name: "AbortError" });
  deepEqual([scene.sent.length, scene.waitsS], [1, []]);
});

test("a code that is shown is renewed fifteen seconds before it expires, and not earlier", async () => {
  const scene = new Scene();
  const ann = new Citizen(scene.api);
  const expires_at = new Date((scene.nowS + 60) * 1000).toISOString();
  scene.replies["POST /coupons/c/code"] = [{ body: { code: "c1", expires_at } }];
  const sent: number[] = [];
  for (const passedS of [0, 44, 1]) {
    scene.nowS += passedS;
    await ann.code("c");
    sent.push(scene.sent.length);
  }
  deepEqual(sent, [1, 1, 2]);
});

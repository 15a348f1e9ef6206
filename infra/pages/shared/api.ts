// HTTP with the stack: time limits, and repeats of requests that are safe to repeat.
//
//     ApiError
//     ├── ProblemError      the stack answered with a refusal: `status`, `slug`, `problem` (RFC 9457 members)
//     └── UnreachableError  no usable answer after all attempts
//
// Mirrors infra/client/api.py; tests/cases/requests.json runs against both.

import { DEVICE, type Device } from "./device";
import { pathOf, PUBLIC, type AnswerOf, type Route } from "./routes";
import { ServerTime } from "./server_time";

export const ATTEMPTS_MAX = 5;
export const BACKOFF_S = 0.2;
/** No attempt begins later than this after the first one. */
export const PATIENCE_S = 60;
/** A function times out after 10 s. */
export const TIMEOUT_S = 15;
/** The gateway refused; no function has received the request. */
export const THROTTLED = 429;
/** Statuses to repeat a safe request after. Except for 429 the outcome is unknown; the repeat finds it. */
const AGAIN = new Set([THROTTLED, 500, 502, 503, 504]);

export type Problem = Record<string, unknown>;

export class ApiError extends Error {}

/** `maybeDone`: the outcome of an earlier attempt is unknown, so the request may have been done before it was refused. */
export class ProblemError extends ApiError {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterS: number | null = null,
    readonly maybeDone = false,
  ) {
    super(`${status} ${String(problem.title ?? problem.message ?? "refused")}`);
  }

  /** `not-found` of `/problems/not-found`; empty if the gateway itself refused. */
  get slug(): string {
    return String(this.problem.type ?? "").split("/").pop() ?? "";
  }
}

export class UnreachableError extends ApiError {}

/** An answer with status 2xx: its JSON object (empty without a body), and whether it repeats an earlier write. */
export interface Answer<Body> {
  status: number;
  body: Body;
  replayed: boolean;
}

/** What a page shows while a request waits for its next attempt. `status` is null after a lost answer. */
export interface Pause {
  attempt: number;
  waitS: number;
  status: number | null;
}

export interface Call {
  path?: Record<string, string>;
  query?: Record<string, string | null | undefined>;
  body?: unknown;
  /** False for a POST that writes nothing: it may be repeated like a GET. */
  writes?: boolean;
  /** Called before each pause between two attempts. */
  pausing?: (pause: Pause) => void;
  signal?: AbortSignal;
}

/** What whoever waits for an answer hands in: what to show meanwhile, and how to give up. */
export type Asking = Pick<Call, "pausing" | "signal">;

export class Api {
  readonly time: ServerTime;

  /** `token` is asked for at each request; public reads carry none, so that a cache can answer them. */
  constructor(
    private readonly token: () => string | null = () => null,
    readonly device: Device = DEVICE,
    private readonly send: typeof fetch = (...request) => fetch(...request),
  ) {
    this.time = new ServerTime(() => device.monotonicS());
  }

  /** The answer to `METHOD /path/{name}`, typed by the OpenAPI document. Throws as `request`. */
  call<R extends Route>(route: R, call: Call = {}): Promise<Answer<AnswerOf<R>>> {
    const method = route.slice(0, route.indexOf(" "));
    const repeatable = method !== "POST" || call.writes === false;
    const token = PUBLIC.has(route) ? null : this.token();
    return this.request(method, pathOf(route, call.path, call.query), repeatable, token, call);
  }

  /** A safe request is repeated after a lost answer and after a status of AGAIN. Throws ProblemError, UnreachableError. */
  async request<Body>(
    method: string,
    path: string,
    repeatable: boolean,
    token: string | null,
    call: Call = {},
  ): Promise<Answer<Body>> {
    const attempts = repeatable ? ATTEMPTS_MAX : 1;
    const untilS = this.device.monotonicS() + PATIENCE_S;
    let maybeDone = false;
    for (let attempt = 1; ; attempt++) {
      const mayGoOn = attempt < attempts;
      let response: Response;
      let raw: string;
      try {
        [response, raw] = await this.once(method, path, token, call);
      } catch (error) {
        if (call.signal?.aborted) throw error;
        if (mayGoOn && (await this.pause(attempt, 0, untilS, null, call))) {
          maybeDone = true;
          continue;
        }
        throw new UnreachableError(`no answer: ${String(error)}`);
      }
      const { status, headers } = response;
      maybeDone = maybeDone || (AGAIN.has(status) && status !== THROTTLED);
      const retryAfterS = secondsOf(headers.get("Retry-After"));
      if (AGAIN.has(status) && mayGoOn && (await this.pause(attempt, retryAfterS ?? 0, untilS, status, call))) continue;
      if (status < 200 || status > 299) throw new ProblemError(status, objectOf(raw) ?? {}, retryAfterS, maybeDone);
      const body = objectOf(raw);
      if (body === null) throw new UnreachableError(`an answer ${status} without a JSON object`);
      const replayed = headers.get("Idempotent-Replay")?.toLowerCase() === "true";
      return { status, body: body as Body, replayed };
    }
  }

  private async once(method: string, path: string, token: string | null, call: Call): Promise<[Response, string]> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    if (call.body !== undefined) headers["Content-Type"] = "application/json";
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const limit = new AbortController();
    const undone = () => limit.abort();
    const timer = setTimeout(undone, TIMEOUT_S * 1000);
    if (call.signal?.aborted) undone();
    call.signal?.addEventListener("abort", undone, { once: true });
    try {
      const sentS = this.device.monotonicS();
      // A browser's cache must not answer: its `Date` is old, and its `Age` is not counted on.
      const init: RequestInit = { method, headers, body, signal: limit.signal, cache: "no-store", credentials: "omit" };
      const response = await this.send(path, init);
      const receivedS = this.device.monotonicS();
      this.time.learn(response.headers.get("Date"), response.headers.get("Age"), sentS, receivedS);
      return [response, await response.text()];
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener("abort", undone);
    }
  }

  /** Waits before the next attempt; returns false at once if that would be later than `untilS`. */
  private async pause(attempt: number, atLeastS: number, untilS: number, status: number | null, call: Call): Promise<boolean> {
    // Full jitter, so that pages that failed together do not retry together.
    const waitS = atLeastS + this.device.uniform(0, BACKOFF_S * 2 ** attempt);
    if (this.device.monotonicS() + waitS > untilS) return false;
    call.pausing?.({ attempt, waitS, status });
    await this.device.sleep(waitS, call.signal);
    return true;
  }
}

/** The contract states seconds, never a date. */
function secondsOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text.slice(0, 9)) : null;
}

function objectOf(raw: string): Problem | null {
  try {
    const body: unknown = JSON.parse(raw || "{}");
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Problem) : null;
  } catch {
    return null;
  }
}

/** A citizen's app that claims a pack and shows a code, and a till that redeems it. `make contract` compiles it. */

import { Api, type Problem, type Schemas, unreachable } from "./client";

const CLAIM = "/batches/{batch_id}/claim";
const REDEMPTION = "/orders/{order_no}/redemption";

export async function claim(api: Api, batch_id: string): Promise<Schemas["ClaimView"] | string> {
  const answer = await api.ask("put", CLAIM, { batch_id }, {});
  switch (answer.kind) {
    case "done":
      return answer.body;
    case "problem":
      return claimLine(answer.problem);
    case "refused":
      return answer.refusal.message;
    default:
      return unreachable(answer);
  }
}

/** What the person reads. A problem without a line, or a line without its problem, does not compile. */
export function claimLine(problem: Problem<typeof CLAIM, "put">): string {
  switch (problem.type) {
    case "/problems/not-open":
      return `Opens at ${problem.opens_at}; asked again in ${problem.retry_after_s} s.`;
    case "/problems/closed":
      return `Closed since ${problem.closed_at}.`;
    case "/problems/drained":
      return `Packs may return until ${problem.returns_at}.`;
    case "/problems/already-claimed-group":
      return `You hold ${problem.claimed_batch_id} already.`;
    case "/problems/not-eligible":
      return `Not for you: ${NOT_ELIGIBLE[problem.reason]}.`;
    case "/problems/malformed":
      return problem.errors.map((one) => `${one.place}: ${one.message}`).join("\n");
    case "/problems/busy":
      return `Try again in ${problem.retry_after_s} s.`;
    case "/problems/paused":
    case "/problems/stopped":
    case "/problems/sold-out":
    case "/problems/insufficient-points":
    case "/problems/not-found":
    case "/problems/unauthenticated":
    case "/problems/forbidden":
      return problem.title;
    default:
      return unreachable(problem);
  }
}

/** Every reason has its words; without one of them this does not compile. */
export const NOT_ELIGIBLE: Record<Schemas["NotEligibleReason"], string> = {
  group: "it is for members",
  region: "it is for another region",
  "booking-required": "it had to be booked",
  "not-drawn": "the draw went to others",
  late: "the time to claim is over",
  limit: "you have all that it allows",
  household: "it is for people of a household",
  banned: "you missed too many slots",
  overlap: "you are somewhere else at that time",
  quota: "you have as many slots as the rule allows",
};

const CODE_INVALID: Record<Schemas["CodeInvalidReason"], string> = {
  unknown: "it is no code of ours",
  "pin-required": "the PIN is missing",
  "pin-wrong": "the PIN is wrong",
  "pin-spoiled": "the PIN was wrong too often",
  replaced: "a newer sheet replaced it",
  "slot-code": "it checks somebody in at a venue",
  "coupon-code": "it is a coupon's",
  "other-slot": "it is another slot's",
};

/** Every status of a coupon has its word. */
export const STATUS: Record<Schemas["CouponView"]["status"], string> = {
  available: "ready to use",
  held: "set aside for an order",
  redeemed: "used",
  expired: "expired",
  voided: "void",
};

export async function code(api: Api, coupon: Schemas["CouponView"]): Promise<string> {
  if (coupon.status !== "available") return STATUS[coupon.status];
  const answer = await api.ask("post", "/coupons/{coupon_id}/code", { coupon_id: coupon.coupon_id }, {});
  return answer.kind === "done" ? answer.body.code : "no code";
}

export async function redeem(api: Api, order_no: string, code: string, total_minor: number): Promise<string> {
  const order: Schemas["Order"] = {
    total_minor,
    store_id: "qianmen-diner",
    channel: "offline",
    region: "beijing",
    items: [{ sku: "noodles", category: "catering", price_minor: total_minor, quantity: 1 }],
  };
  const answer = await api.ask("put", REDEMPTION, { order_no }, { code, order });
  switch (answer.kind) {
    case "done":
      return `To pay: ${answer.body.payable_minor} (${answer.body.discount_minor} less)`;
    case "problem":
      return redemptionLine(answer.problem);
    case "refused":
      return answer.refusal.message;
    default:
      return unreachable(answer);
  }
}

function redemptionLine(problem: Problem<typeof REDEMPTION, "put">): string {
  switch (problem.type) {
    case "/problems/order-not-eligible":
      return problem.reasons.map(orderLine).join(", ");
    case "/problems/not-eligible":
      return `Not for you: ${NOT_ELIGIBLE[problem.reason]}.`;
    case "/problems/coupon-not-usable":
      return `The coupon is ${STATUS[problem.coupon_status]}.`;
    case "/problems/code-invalid":
      return `The code is no good: ${CODE_INVALID[problem.reason]}.`;
    case "/problems/code-expired":
      return `Expired at ${problem.expired_at}; a fresh code in ${problem.retry_after_s ?? 0} s.`;
    case "/problems/busy":
      return `Try again in ${problem.retry_after_s} s.`;
    case "/problems/order-conflict":
    case "/problems/malformed":
    case "/problems/not-found":
    case "/problems/unauthenticated":
    case "/problems/forbidden":
      return problem.title;
    default:
      return unreachable(problem);
  }
}

function orderLine(reason: Schemas["OrderReason"]): string {
  switch (reason) {
    case "min-spend":
      return "the order is too small";
    case "no-discount":
      return "the coupon would take nothing off";
    case "evidence":
    case "fulfilment":
      return `the order states no ${reason}`;
    case "window":
    case "not-yet-valid":
      return "not at this time";
    case "merchant":
    case "category":
    case "tag":
    case "channel":
    case "region":
      return `wrong ${reason}`;
    default:
      return unreachable(reason);
  }
}

/** From an open batch to a bill. */
export async function visit(url: string, citizen: string, merchant: string): Promise<string> {
  const app = new Api(url, citizen);
  const pack = await claim(app, "special-0606");
  if (typeof pack === "string") return pack;
  const [coupon] = pack.coupons;
  if (coupon === undefined) return "an empty pack";
  return redeem(new Api(url, merchant), "order-1", await code(app, coupon), 6000);
}

/** What the compiler has to refuse: an `@ts-expect-error` above a line that compiles is itself an error. */

import { NOT_ELIGIBLE, STATUS, claimLine } from "./app";
import { Api, type Problem, type Schemas } from "./client";

declare const api: Api;
declare const coupon: Schemas["CouponView"];
declare const problem: Problem<"/batches/{batch_id}/claim", "put">;

// @ts-expect-error - no such status
coupon.status === "used";
// @ts-expect-error - a word for a status that does not exist
STATUS.used;
// @ts-expect-error - a status without its word
({ available: "", held: "", redeemed: "", expired: "" }) satisfies Record<Schemas["CouponView"]["status"], string>;
if (problem.type === "/problems/not-eligible") {
  // @ts-expect-error - no such reason
  problem.reason === "sold-out";
}
// @ts-expect-error - a reason without its words
({ ...NOT_ELIGIBLE, "not-drawn": undefined }) satisfies Record<Schemas["NotEligibleReason"], string>;
// @ts-expect-error - no reason of an order
"minimum" satisfies Schemas["OrderReason"];
// @ts-expect-error - a till's problem, which no claim gets
problem.type === "/problems/order-conflict";
// @ts-expect-error - a fact of one problem, asked of all
problem.opens_at;
if (problem.type === "/problems/sold-out") {
  // @ts-expect-error - and of another
  problem.returns_at;
}
// @ts-expect-error - a problem without its facts
claimLine({ type: "/problems/not-open", title: "Not open yet", status: 409, detail: "", instance: "" });
// @ts-expect-error - no such path
api.ask("put", "/batches/{batch_id}/claims", { batch_id: "a" }, {});
// @ts-expect-error - no such method of this path
api.ask("post", "/batches/{batch_id}/claim", { batch_id: "a" }, {});
// @ts-expect-error - a parameter by another name
api.ask("put", "/batches/{batch_id}/claim", { batch: "a" }, {});
// @ts-expect-error - an order is missing
api.ask("put", "/orders/{order_no}/redemption", { order_no: "a" }, { code: "c" });
// @ts-expect-error - a channel that does not exist
"phone" satisfies Schemas["Order"]["channel"];

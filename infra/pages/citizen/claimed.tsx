// The pack is the person's: its coupons, each a way to its code.

import { useEffect, useRef } from "preact/hooks";
import type { Claim } from "../shared/citizen";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { CouponTicket } from "./coupon";
import { termsOf, type Batch, type Campaign } from "./catalogue";
import { to } from "./place";
import { say } from "./words";

interface Props {
  batch: Batch;
  campaign: Campaign;
  claim: Claim;
  /** Just now, on this page: it may be celebrated. */
  fresh: boolean;
}

export function Claimed({ batch, campaign, claim, fresh }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (fresh) heading.current?.focus();
  }, []);
  const count = claim.coupons.length;
  return (
    <section class="stack">
      <Notice mood="done" live="status">
        <h2 ref={heading} tabIndex={-1}>{say("claimed.title")}</h2>
        <p>{say(count === 1 ? "claimed.one" : "claimed.some", { count })}</p>
      </Notice>
      {claim.coupons.map((coupon, index) => (
        <CouponTicket
          key={coupon.coupon_id}
          coupon={coupon}
          terms={termsOf(batch, coupon)}
          campaign={campaign}
          seal={say("claimed.seal")}
          torn={fresh && index === 0}
        />
      ))}
      <Button kind="act" icon="ticket" href={to("wallet")}>{say("claimed.wallet")}</Button>
    </section>
  );
}

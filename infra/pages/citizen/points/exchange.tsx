// A batch that costs points: its price on the button, what the person has, and what became of the points.

import { useEffect } from "preact/hooks";
import { ProblemError } from "../../shared/api";
import { clockOf, momentOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language, titled } from "../../shared/words";
import { Act, type ActProps } from "../act";
import { signedIn, signIn } from "../app";
import { termsOf, type Batch, type Campaign } from "../catalogue";
import { Claimed } from "../claimed";
import { ARM_BEFORE_S, type Claiming } from "../claiming";
import { CouponTicket } from "../coupon";
import { ToWallet } from "../frame";
import { useLoaded } from "../loaded";
import { Thumb } from "../outcome";
import { Pack } from "../pack";
import { to } from "../place";
import { numberOf, pointsRead, type Next, type Points } from "./catalogue";
import { say } from "./words";

/** Null while it is not known: nobody is signed in, no answer has come, or nothing gives points. */
type Known = Points | null;

export function Exchange(props: ActProps) {
  const { batch, campaign, claiming, situation } = props;
  const step = claiming.step.value;
  const claimed = step.step === "claimed";
  const [loaded, again] = useLoaded(async (call): Promise<Known> => {
    return signedIn.value ? await pointsRead(null, call).catch(() => null) : null;
  }, [batch.batch_id, signedIn.value, claimed]);
  const points = loaded.state === "read" ? loaded.value : null;
  const short = step.step === "refused" && step.error.slug === "insufficient-points" ? step.error : null;
  if (step.step === "claimed") return <Had {...props} claim={step.claim} fresh={step.fresh} points={points} />;
  const doing = ["idle", "refused", "armed"].includes(step.step);
  return (
    <>
      <Pack batch={batch} currency={campaign.currency} />
      {doing && short ? (
        <Short batch={batch} campaignId={campaign.campaign_id} {...saidBy(short, points)} claiming={claiming} again={again} />
      ) : doing && situation.is === "open" ? (
        <Open {...props} points={points} again={again} />
      ) : doing && situation.is === "sold-out" ? (
        <Thumb>
          <Notice mood="stop" live="status" title={say("gone.title")}>{say("gone.why")}</Notice>
          <Others />
        </Thumb>
      ) : (
        <div class="stack">
          <Act {...props} arms={armsOf(batch, campaign)} />
          {points && situation.is === "before" && <div class="thumb"><Enough points={points} price={batch.price_points} /></div>}
        </div>
      )}
    </>
  );
}

/** The price stands on this button too. */
function armsOf({ opens_at, price_points }: Batch, { timezone }: Campaign): NonNullable<ActProps["arms"]> {
  const time = clockOf(opens_at, timezone, language.value);
  return {
    press: say("exchange.arm", { time, points: numberOf(price_points) }),
    how: say("exchange.arm-how", { time }),
    later: say("exchange.arm-later", { time, from: momentOf(epochS(opens_at) - ARM_BEFORE_S, timezone, language.value) }),
  };
}

function Open({ batch, campaign, claiming, booking, points, again, ...rest }: ActProps & { points: Known; again: () => void }) {
  const price = batch.price_points;
  if (booking.missed) return <Act {...rest} batch={batch} campaign={campaign} claiming={claiming} booking={booking} />;
  if (points && points.balance < price) {
    const { balance, debt } = points;
    return <Short batch={batch} campaignId={campaign.campaign_id} balance={balance} debt={debt} next={points.next} claiming={claiming} again={again} />;
  }
  if (signedIn.value === false) {
    return (
      <Thumb>
        <p class="note status">{say("exchange.sign-in", { points: numberOf(price) })}</p>
        <Button kind="act" icon="person" onPress={signIn}>{say("points.in")}</Button>
      </Thumb>
    );
  }
  const { value: step } = claiming.step;
  return (
    <Thumb>
      {step.step === "idle" && step.lost && <Notice mood="wait" live="status">{say("exchange.lost")}</Notice>}
      {points && <Enough points={points} price={price} />}
      <Button kind="act" onPress={() => void claiming.press(batch.opens_at)}>{say("exchange.press", { points: numberOf(price) })}</Button>
    </Thumb>
  );
}

/** What is left afterwards, or what is missing until then. */
function Enough({ points: { balance }, price }: { points: Points; price: number }) {
  const facts = { balance: numberOf(Math.max(0, balance)), left: numberOf(balance - price), missing: numberOf(price - balance) };
  return <p class="note status" role="status">{say(balance < price ? "exchange.not-yet" : "exchange.left", facts)}</p>;
}

interface ShortProps {
  batch: Batch;
  campaignId: string;
  balance: number;
  debt: number;
  next: Next | null;
  claiming: Claiming;
  again: () => void;
}

/** What the refusal says goes before what was read earlier. */
function saidBy({ problem }: ProblemError, points: Known): Pick<ShortProps, "balance" | "debt" | "next"> {
  const balance = typeof problem.balance === "number" ? problem.balance : (points?.balance ?? 0);
  const next = (problem.next as Next | null | undefined) ?? points?.next ?? null;
  return { balance, debt: points?.debt ?? 0, next };
}

function Short({ batch, campaignId, balance, debt, next, claiming, again }: ShortProps) {
  const price = batch.price_points;
  useEffect(() => document.querySelector<HTMLElement>("[data-refused]")?.focus(), []);
  const look = () => {
    claiming.forgive();
    again();
  };
  return (
    <Thumb>
      <div data-refused tabIndex={-1}>
        <Notice mood="wait" live="status" title={say("short.title", { missing: numberOf(price - balance) })}>
          <p>{say("short.why", { balance: numberOf(Math.max(0, balance)), price: numberOf(price) })}</p>
          {debt > 0 && <p>{say("short.debt", { points: numberOf(debt) })}</p>}
          {next && next.batch_id !== batch.batch_id && (
            <p>
              {say("short.next")} <a href={to("batches", next.batch_id)}>{titled(next.title).text}</a>{say("short.next-missing", { missing: numberOf(next.missing) })}
            </p>
          )}
          {claiming.step.value.step === "refused" && <p>{say("gone.why")}</p>}
        </Notice>
      </div>
      <Button kind="edge" icon="clock" href={to("seasons", campaignId, "facilities")}>{say("short.book")}</Button>
      <Button kind="quiet" href={to("points")}>{say("short.see")}</Button>
      <Button kind="quiet" icon="refresh" onPress={look}>{say("short.again")}</Button>
    </Thumb>
  );
}

function Others() {
  return <Button kind="edge" href={to("points")}>{say("gone.others")}</Button>;
}

type HadProps = ActProps & { claim: Parameters<typeof Claimed>[0]["claim"]; fresh: boolean; points: Known };

/** The coupons are in the wallet; or were voided, and the points came back. */
function Had({ batch, campaign, claim, fresh, points }: HadProps) {
  const voided = claim.coupons.length > 0 && claim.coupons.every(({ status }) => status === "voided");
  const back = points?.entries.find(({ kind, batch_id }) => kind === "give-back" && batch_id === batch.batch_id);
  const price = numberOf(batch.price_points);
  if (!voided) {
    return (
      <>
        <Claimed batch={batch} campaign={campaign} claim={claim} fresh={fresh} />
        <div class="thumb">
          <p class="note status">
            {points ? say("paid.left", { price, balance: numberOf(points.balance) }) : say("paid.price", { price })}
          </p>
          <Button kind="quiet" href={to("points")}>{say("short.see")}</Button>
        </div>
      </>
    );
  }
  return (
    <section class="stack">
      <Notice mood={back ? "done" : "wait"} live="status" title={say("back.title")}>
        <p>{back ? say("back.done", { points: numberOf(back.points) }) : say("back.coming")}</p>
      </Notice>
      {claim.coupons.map((coupon) => (
        <CouponTicket key={coupon.coupon_id} coupon={coupon} terms={termsOf(batch, coupon)} campaign={campaign} />
      ))}
      <Others />
      <ToWallet kind="edge" />
    </section>
  );
}

// A batch that is drawn: an entry with its receipt, the wait for the draw, and what the draw decided.

import { nowS } from "../../shared/clock";
import { momentOf } from "../../shared/figures";
import { phaseOf, type Draw, type Phase } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { Countdown } from "../../shared/parts/countdown";
import { epochS } from "../../shared/server_time";
import { language } from "../../shared/words";
import type { ActProps } from "../act";
import { signedIn, signIn } from "../app";
import { Claimed } from "../claimed";
import { useLoaded, useLooking } from "../loaded";
import { Refused, Thumb, Underway } from "../outcome";
import { Pack } from "../pack";
import { Enter, Entered } from "./enter";
import { Ended } from "./ended";
import { Proof } from "./proof";
import { drawOf, mineOf } from "./reading";
import { Result } from "./result";
import { say } from "./words";

/** Between two looks; about the draw itself, and where something is expected, more often. */
const LOOK_S = 60;
const LOOK_SOON_S = 10;
const SOON_S = 900;

export function Lottery(props: ActProps) {
  const { batch, campaign, claiming, booking, situation } = props;
  const now = nowS.value ?? epochS(batch.opens_at) - 86_400;
  const [read, again] = useLoaded((call) => drawOf(batch.batch_id, call).catch(() => null), [batch.batch_id]);
  const draw = read.state === "read" ? read.value : null;
  const phase = phaseOf(batch.booking, draw, now);
  const [own, ownAgain] = useLoaded(
    (call) => (draw && signedIn.value && booking.booked ? mineOf(batch.batch_id, call).catch(() => null) : Promise.resolve(null)),
    [batch.batch_id, signedIn.value, booking.booked, draw?.state, claiming.step.value.step],
  );
  const mine = own.state === "read" ? own.value : null;
  const at = draw?.at ?? batch.draw?.at ?? batch.opens_at;
  useLooking(Math.abs(epochS(at) - now) < SOON_S ? LOOK_SOON_S : LOOK_S, () => {
    again();
    if (mine === null) ownAgain();
  });
  const step = claiming.step.value;
  const zone = campaign.timezone;
  const proof = draw && <Proof batch={batch} draw={draw} mine={mine} />;
  if (step.step === "claimed") {
    return (
      <>
        <Claimed batch={batch} campaign={campaign} claim={step.claim} fresh={step.fresh} />
        {proof}
      </>
    );
  }
  const doing = !["idle", "refused", "armed"].includes(step.step);
  const entered = booking.booked === true;
  const waits = phase === "sealing" || phase === "sealed";
  return (
    <>
      <Pack batch={batch} currency={campaign.currency} />
      {doing ? (
        <Underway batch={batch} claiming={claiming} />
      ) : situation.is === "paused" || (situation.is === "stopped" && phase !== "abandoned") || situation.is === "refused" ? (
        <Refused batch={batch} campaign={campaign} situation={situation} claiming={claiming} />
      ) : phase === "void" || phase === "abandoned" || phase === "broken" ? (
        <Ended phase={phase} entered={entered} />
      ) : phase === "drawn" && draw ? (
        <Result {...props} draw={draw} mine={mine} />
      ) : waits ? (
        <Wait phase={phase} at={at} zone={zone} draw={draw} booked={booking.booked} />
      ) : (
        <Enter booking={booking} batch={batch} zone={zone} at={at} />
      )}
      <Entered batch={batch} booking={booking} mine={mine} draw={draw} zone={zone} at={at} open={phase === "entries"} />
      {proof}
    </>
  );
}

/** Entries have closed: until when nobody can know the outcome. */
function Wait({ phase, at, zone, draw, booked }: { phase: Phase; at: string; zone: string; draw: Draw | null; booked: boolean | null }) {
  const moment = momentOf(at, zone, language.value);
  const due = nowS.value !== null && nowS.value >= epochS(at);
  const said = phase === "sealed" ? say("wait.sealed", { count: new Intl.NumberFormat(language.value).format(draw?.entries ?? 0) }) : say("wait.sealing");
  return (
    <Thumb above={due ? undefined : <Countdown until={at} label={say("wait.until")} said={say("wait.at", { moment })} />}>
      <Notice mood={booked ? "done" : "note"} live="status" title={booked ? say("entry.done") : signedIn.value && booked === false ? say("entry.none") : undefined}>
        <p>{due ? say("wait.due") : said}</p>
      </Notice>
      {signedIn.value === false && <Button kind="edge" icon="person" onPress={signIn}>{say("sign-in.see")}</Button>}
    </Thumb>
  );
}

// What the draw decided for this person: drawn, claimed, too late, or not drawn with the rank.

import { nowS } from "../../shared/clock";
import { momentOf } from "../../shared/figures";
import type { Draw, Mine } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Countdown } from "../../shared/parts/countdown";
import { Notice } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language } from "../../shared/words";
import type { ActProps } from "../act";
import { signedIn, signIn } from "../app";
import { ToWallet } from "../frame";
import { Thumb } from "../outcome";
import { say } from "./words";

type Props = ActProps & { draw: Draw; mine: Mine | null };

export function Result(props: Props) {
  const { batch, campaign, booking, draw, mine } = props;
  if (signedIn.value === false) {
    return (
      <Thumb>
        <Notice live="status" title={say("result.out")}>{say("result.sign-in")}</Notice>
        <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.see")}</Button>
      </Thumb>
    );
  }
  if (booking.booked === false) {
    return <Thumb><Notice live="status" title={say("entry.none")}>{say("entry.none-said")}</Notice></Thumb>;
  }
  if (mine === null) return <Thumb><div class="skeleton button" /></Thumb>;
  const claimBy = mine.claim_by ? momentOf(mine.claim_by, campaign.timezone, language.value) : "";
  switch (mine.result) {
    case "won":
      return <Won {...props} mine={mine} claimBy={claimBy} />;
    case "claimed":
      return (
        <Thumb>
          <Notice mood="done" live="status" title={say("claimed.title")} />
          <ToWallet />
        </Thumb>
      );
    case "late":
      return <Thumb><Notice mood="stop" live="status" title={say("late.title")}><p>{say("late.why", { moment: claimBy })}</p></Notice></Thumb>;
    case "not-drawn":
      return (
        <Thumb>
          <Notice mood="note" live="status" title={say("lost.title")}>
            <p>{rankOf(mine, draw)}</p>
            <p>{say(mayMoveUp(draw, batch.draw?.rounds ?? 1) ? "lost.reserve" : "lost.final")}</p>
          </Notice>
        </Thumb>
      );
    default:
      return null;
  }
}

function Won({ batch, campaign, claiming, draw, mine, claimBy }: Props & { mine: Mine; claimBy: string }) {
  const opens = momentOf(batch.opens_at, campaign.timezone, language.value);
  const open = nowS.value !== null && nowS.value >= epochS(batch.opens_at);
  const reserve = (mine.cohort ?? 1) > 1;
  const credited = batch.draw?.credit === true;
  const above = !open && !credited && <Countdown until={batch.opens_at} label={say("won.until")} said={say("won.opens", { moment: opens })} />;
  return (
    <Thumb above={above || undefined}>
      <Notice mood="done" live="status" title={say(reserve ? "won.reserve" : "won.title")}>
        <p>{rankOf(mine, draw)}</p>
        <p><b>{say(credited ? "won.credit" : "won.by", { moment: claimBy })}</b></p>
      </Notice>
      {open && !credited && <Button kind="act" icon="ticket" onPress={() => void claiming.press(batch.opens_at)}>{say("won.claim")}</Button>}
      <p class="note status">{say(credited ? "won.no-press" : "won.calm")}</p>
    </Thumb>
  );
}

/** 「共 1,204 人登记，您排第 57 名」, and 「大约」 where nobody counted so far. */
function rankOf({ rank, rank_is_about }: Mine, { entries, cohorts }: Draw): string {
  const count = (value: number) => new Intl.NumberFormat(language.value).format(value);
  if (rank === null) return "";
  const admitted = cohorts.reduce((sum, one) => sum + one.admitted, 0);
  return say(rank_is_about ? "rank.about" : "rank.exact", { rank: count(rank), entries: count(entries ?? 0), admitted: count(admitted) });
}

/** Another reserve can still be opened. */
function mayMoveUp(draw: Draw, rounds: number): boolean {
  return draw.state !== "final" && draw.cohorts.length < rounds;
}

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
  const { batch, booking, draw, mine } = props;
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
  const told = mine.sentence[language.value];
  const more = mayMoveUp(draw, batch.draw?.rounds ?? 1);
  switch (mine.result) {
    case "won":
      return <Won {...props} mine={mine} more={more} />;
    case "claimed":
      return (
        <Thumb>
          <Notice mood="done" live="status" title={say("claimed.title")} />
          <ToWallet />
        </Thumb>
      );
    case "late":
      return <Thumb><Notice mood="stop" live="status" title={say("late.title")}><p>{told}</p></Notice></Thumb>;
    case "not-drawn":
      return (
        <Thumb>
          <Notice mood="note" live="status" title={say("lost.title")}>
            <p>{told}</p>
            <p>{say(more ? "lost.reserve" : "lost.final")}</p>
          </Notice>
        </Thumb>
      );
    default:
      return null;
  }
}

function Won({ batch, campaign, claiming, mine, more }: Props & { mine: Mine; more: boolean }) {
  const opens = momentOf(batch.opens_at, campaign.timezone, language.value);
  const open = nowS.value !== null && nowS.value >= epochS(batch.opens_at);
  const reserve = (mine.cohort ?? 1) > 1;
  const credited = batch.draw?.credit === true;
  const above = !open && !credited && <Countdown until={batch.opens_at} label={say("won.until")} said={say("won.opens", { moment: opens })} />;
  return (
    <Thumb above={above || undefined}>
      <Notice mood="done" live="status" title={say(reserve ? "won.reserve" : "won.title")}>
        <p><b>{mine.sentence[language.value]}</b></p>
        {more && !credited && <p>{say("won.else")}</p>}
      </Notice>
      {open && !credited && <Button kind="act" icon="ticket" onPress={() => void claiming.press(batch.opens_at)}>{say("won.claim")}</Button>}
      <p class="note status">{say(credited ? "won.no-press" : "won.calm")}</p>
    </Thumb>
  );
}

/** Another reserve can still be opened. */
function mayMoveUp(draw: Draw, rounds: number): boolean {
  return draw.state !== "final" && draw.cohorts.length < rounds;
}

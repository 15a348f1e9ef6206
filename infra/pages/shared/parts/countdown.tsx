// A countdown by the server's time. It is no live region: a second, hidden one speaks at four moments only.

import { useEffect, useRef, useState } from "preact/hooks";
import { nowS } from "../clock";
import { spanOf } from "../figures";
import { epochS } from "../server_time";
import { say, type Word } from "../words";

const SPOKEN: [number, Word][] = [
  [600, "countdown.ten-minutes"],
  [60, "countdown.minute"],
  [10, "countdown.ten-seconds"],
  [0, "countdown.open"],
];

interface Props {
  /** An RFC 3339 time. At that time the caller shows another state. */
  until: string;
  /** What is counted, for a reader: 「距开抢」. */
  label: string;
  /** The line below: 「北京时间 10:00 开抢 · 提早点不会更快」. */
  said?: string;
}

export function Countdown({ until, label, said }: Props) {
  const now = nowS.value;
  const left = now === null ? null : Math.max(0, epochS(until) - now);
  const spoken = useSpoken(left);
  const { days, clock } = spanOf(left ?? 0);
  return (
    <div class="countdown">
      <div role="timer" aria-label={label}>
        {days > 0 && <span class="days">{say("countdown.days", { days })}</span>}
        <span class="clock">{left === null ? "\u2007" : clock}</span>
      </div>
      <p class="unseen" role="status">{spoken && say(spoken)}</p>
      {said && <p class="said">{said}</p>}
    </div>
  );
}

/** The word of the threshold that was passed last while the page was open. */
function useSpoken(left: number | null): Word | null {
  const before = useRef(left);
  const [spoken, setSpoken] = useState<Word | null>(null);
  useEffect(() => {
    const last = before.current;
    before.current = left;
    if (last === null || left === null) return;
    const passed = SPOKEN.filter(([at]) => last > at && left <= at).pop();
    if (passed) setSpoken(passed[1]);
  }, [left]);
  return spoken;
}

// What happened at the door: checked in, missed with its strike, or over.

import { clockOf, momentOf } from "../../shared/figures";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { language } from "../../shared/words";
import { Hotline } from "../frame";
import { to } from "../place";
import type { Mine } from "../slots/catalogue";
import type { Door, Missed } from "./door";
import { say } from "./words";

type Ended = Extract<Door, { is: "in" | "over" }>;

export function Told({ door, mine, zone }: { door: Ended; mine: Mine; zone: string }) {
  if (door.is === "in") {
    return (
      <>
        <Notice mood="done" live="status" title={say("door.in")}>
          <p>{say("door.in-at", { moment: momentOf(door.at, zone, language.value) })}</p>
          <p>{say("door.points")}</p>
        </Notice>
        <Button kind="edge" href={to("points")}>{say("door.see-points")}</Button>
      </>
    );
  }
  if (door.missed) return <Strike missed={door.missed} zone={zone} />;
  const time = mine.check_in ? clockOf(mine.check_in.closes_at, zone, language.value) : "";
  return (
    <Notice mood="stop" live="status" title={say("door.over")}>
      <p>{say("door.over-why", { time })}</p>
      <Wrong />
    </Notice>
  );
}

function Strike({ missed: { strike, of, excused, banned_until }, zone }: { missed: Missed; zone: string }) {
  if (excused) return <Notice live="status" title={say("door.missed-excused")}><p>{say("door.missed-excused-why")}</p></Notice>;
  return (
    <Notice mood="stop" live="status" title={say("door.missed")}>
      <p>{banned_until ? say("door.missed-banned", { strike, moment: momentOf(banned_until, zone, language.value) }) : say("door.missed-count", { strike, of })}</p>
      <Wrong />
    </Notice>
  );
}

/** Who was there all the same is helped by people. */
function Wrong() {
  return (
    <>
      <p>{say("door.missed-wrong")}</p>
      <Hotline />
    </>
  );
}

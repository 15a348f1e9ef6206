// Booking before a batch opens: not yet, open, booked, missed.

import { ProblemError } from "../shared/api";
import { momentOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { lineOf } from "../shared/reactions";
import { language } from "../shared/words";
import { signedIn, signIn } from "./app";
import type { Booking } from "./booking";
import type { Batch } from "./catalogue";
import { say } from "./words";

interface Props {
  booking: Booking;
  batch: Batch;
  zone: string;
  /** Whether booking is the thing to do now. */
  first: boolean;
}

export function Reserve({ booking, batch, zone, first }: Props) {
  const { window, required, missed, booked, busy, error } = booking;
  if (window === "none" || batch.booking === null) return null;
  const moment = (at: string) => momentOf(at, zone, language.value);
  if (window === "before") {
    return <p class="note status">{say("booking.opens", { moment: moment(batch.booking.opens_at) })}</p>;
  }
  if (window === "over") {
    if (booked) return <Notice mood="done">{say("booking.done")}</Notice>;
    return missed ? <Missed /> : null;
  }
  return (
    <>
      {error && (
        <Notice mood="stop" live="alert">
          {error instanceof ProblemError ? lineOf(error, language.value) : say("load.unreachable")}
        </Notice>
      )}
      {booked ? (
        <Notice mood="done" live="status" title={say("booking.done")}>
          <Button kind="quiet" busy={busy} onPress={booking.cancel}>{say("booking.cancel")}</Button>
        </Notice>
      ) : (
        <>
          <p class="note status">
            {say(required ? "booking.required" : "booking.optional", { moment: moment(batch.booking.closes_at) })}
          </p>
          {signedIn.value === false ? (
            first && <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.in")}</Button>
          ) : (
            <Button kind={first ? "act" : "edge"} icon="bell" busy={busy} onPress={booking.book}>
              {say("booking.book")}
            </Button>
          )}
        </>
      )}
    </>
  );
}

/** Booking was needed, and is over. */
export function Missed() {
  return <Notice mood="stop" title={say("booking.missed")}>{say("booking.missed-why")}</Notice>;
}

// To enter a draw: what an entry is and that it cannot be taken back, said before the press; then its receipt.

import { ProblemError } from "../../shared/api";
import { momentOf } from "../../shared/figures";
import type { Draw, Mine } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { lineOf } from "../../shared/reactions";
import { saved } from "../../shared/saving";
import { epochS } from "../../shared/server_time";
import { language, titled } from "../../shared/words";
import { signedIn, signIn } from "../app";
import type { Booking } from "../booking";
import { calendarOf } from "../calendar";
import type { Batch } from "../catalogue";
import { Thumb } from "../outcome";
import { keptOf } from "./receipts";
import { ReceiptView } from "./receipt_view";
import { say } from "./words";

interface Props {
  booking: Booking;
  batch: Batch;
  zone: string;
  /** When it is drawn. */
  at: string;
}

export function Enter({ booking, batch, zone, at }: Props) {
  const { window, booked, busy, error } = booking;
  if (batch.booking === null || booked) return null;
  const moment = (when: string) => momentOf(when, zone, language.value);
  if (window === "before") {
    return (
      <Thumb>
        <Notice title={say("enter.opens", { moment: moment(batch.booking.opens_at) })}>
          <p>{say("enter.until", { moment: moment(batch.booking.closes_at) })}</p>
          <p>{say("enter.same")}</p>
        </Notice>
      </Thumb>
    );
  }
  return (
    <Thumb>
      {error && (
        <Notice mood="stop" live="alert">
          {error instanceof ProblemError ? lineOf(error, language.value) : say("enter.unanswered")}
        </Notice>
      )}
      <ol class="steps" id="entering">
        <li>{say("enter.is", { moment: moment(at) })}</li>
        <li>{say("enter.same")}</li>
        <li><b>{say("enter.final")}</b></li>
      </ol>
      {signedIn.value === false ? (
        <Button kind="act" icon="person" onPress={signIn}>{say("enter.sign-in")}</Button>
      ) : (
        <Button kind="act" busy={busy} describedBy="entering" onPress={booking.book}>{say(busy ? "enter.busy" : "enter.press")}</Button>
      )}
      <p class="note status">{say("enter.until", { moment: moment(batch.booking.closes_at) })}</p>
    </Thumb>
  );
}

interface EnteredProps {
  batch: Batch;
  booking: Booking;
  mine: Mine | null;
  draw: Draw | null;
  zone: string;
  at: string;
  /** Whether the receipt is shown at once. */
  open: boolean;
}

/** That the person is in it, and the receipt; or receipts that this device has, of whoever used it. */
export function Entered({ batch, booking, mine, draw, zone, at, open }: EnteredProps) {
  const own = booking.receipt ?? mine?.receipt ?? null;
  const published = draw?.receipt_key ?? batch.draw?.receipt_key ?? null;
  if (booking.booked) {
    const view = own && <ReceiptView batchId={batch.batch_id} receipt={own} publishedKey={published} zone={zone} />;
    if (!open) return view && <details><summary>{say("receipt.see")}</summary>{view}</details>;
    return (
      <>
        <Notice mood="done" live="status" title={say("entry.done")}>
          <p>{say("entry.then", { moment: momentOf(at, zone, language.value) })}</p>
        </Notice>
        <Button kind="quiet" icon="calendar" onPress={() => remembered(batch, at)}>{say("entry.calendar")}</Button>
        {view}
      </>
    );
  }
  const kept = keptOf(batch.batch_id);
  if (kept.length === 0) return null;
  return (
    <details>
      <summary>{say("receipt.on-device", { count: kept.length })}</summary>
      <p class="note">{say("receipt.on-device-said")}</p>
      <div class="stack">
        {kept.map((receipt) => <ReceiptView key={receipt.entry} batchId={batch.batch_id} receipt={receipt} publishedKey={published} zone={zone} />)}
      </div>
    </details>
  );
}

/** The draw in the person's calendar, with the way back to this page. */
function remembered(batch: Batch, at: string): void {
  const title = say("entry.calendar-title", { batch: titled(batch.title).text });
  saved(`${batch.batch_id}-draw.ics`, new Blob([calendarOf(`${batch.batch_id}-draw`, title, epochS(at), location.href)], { type: "text/calendar" }));
}

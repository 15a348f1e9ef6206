// The person's booking of a batch: read when there can be one, made and cancelled.

import { useEffect, useState } from "preact/hooks";
import { ProblemError, type ApiError } from "../shared/api";
import type { Receipt } from "../shared/lottery";
import type { AnswerOf } from "../shared/routes";
import { epochS } from "../shared/server_time";
import { api, citizen, heard, signedIn } from "./app";
import type { Batch } from "./catalogue";

export interface Booking {
  window: "none" | "before" | "open" | "over";
  required: boolean;
  /** It was needed and is over, and the person has none. */
  missed: boolean;
  /** Null while it is not known: nobody is signed in, or the answer has not come. */
  booked: boolean | null;
  /** Of an entry in a draw. */
  receipt: Receipt | null;
  busy: boolean;
  error: ApiError | null;
  book: () => Promise<void>;
  cancel: () => Promise<void>;
}

export function useBooking(batch: Batch, nowS: number): Booking {
  const [booked, setBooked] = useState<boolean | null>(null);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const { booking } = batch;
  const begun = booking !== null && nowS >= epochS(booking.opens_at);
  const over = booking !== null && nowS >= epochS(booking.closes_at);
  const path = { batch_id: batch.batch_id };

  const told = (body: AnswerOf<"GET /batches/{batch_id}/booking">) => {
    setBooked(body.status === "booked");
    setReceipt(body.receipt);
  };
  useEffect(() => {
    setBooked(null);
    setReceipt(null);
    if (!begun || !signedIn.value) return;
    let gone = false;
    api.call("GET /batches/{batch_id}/booking", { path }).then(
      ({ body }) => gone || told(body),
      (failure: unknown) => {
        if (gone) return;
        if (heard(failure) instanceof ProblemError && (failure as ProblemError).slug === "not-found") setBooked(false);
      },
    );
    return () => {
      gone = true;
    };
  }, [batch.batch_id, begun, signedIn.value]);

  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(heard(failure));
    } finally {
      setBusy(false);
    }
  };
  const required = batch.mode === "lottery" || booking?.required === true;
  return {
    window: booking === null ? "none" : over ? "over" : begun ? "open" : "before",
    required,
    missed: over && required && booked === false,
    booked,
    receipt,
    busy,
    error,
    book: () => doing(async () => told((await api.call("PUT /batches/{batch_id}/booking", { path, body: {} })).body)),
    cancel: () => doing(() => citizen.cancelBooking(batch.batch_id).then(() => setBooked(false))),
  };
}

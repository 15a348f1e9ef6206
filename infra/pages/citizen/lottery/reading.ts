// What the stack knows of a draw, and of the person in it.

import type { Asking } from "../../shared/api";
import type { Draw, Mine } from "../../shared/lottery";
import { api } from "../app";

/** `listed`: with the files of one kind that are many. */
export async function drawOf(batchId: string, call: Asking = {}, listed: "parts" | "scores" | null = null): Promise<Draw> {
  return (await api.call("GET /batches/{batch_id}/draw", { ...call, path: { batch_id: batchId }, query: { files: listed } })).body;
}

/** Throws ProblemError: `not-found` where the person has no entry. */
export async function mineOf(batchId: string, call: Asking = {}): Promise<Mine> {
  return (await api.call("GET /batches/{batch_id}/draw/mine", { ...call, path: { batch_id: batchId } })).body;
}

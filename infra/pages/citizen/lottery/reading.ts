// What the stack knows of a draw, and of the person in it.

import type { Asking } from "../../shared/api";
import type { Draw, Mine } from "../../shared/lottery";
import type { Route } from "../../shared/routes";
import { api } from "../app";

export async function drawOf(batchId: string, call: Asking = {}, parts = false): Promise<Draw> {
  const path = `/batches/${encodeURIComponent(batchId)}/draw${parts ? "?files=parts" : ""}`;
  return (await api.request<Draw>("GET", path, true, null, call)).body;
}

/** Throws ProblemError: `not-found` where the person has no entry. */
export async function mineOf(batchId: string, call: Asking = {}): Promise<Mine> {
  const route = "GET /batches/{batch_id}/draw/mine" as Route;
  return ((await api.call(route, { ...call, path: { batch_id: batchId } })) as unknown as { body: Mine }).body;
}

// The routes of the OpenAPI document as types: `"GET /batches/{batch_id}"` has the answer `BatchView`.

import type { components, paths } from "./contract";

type Method = "get" | "put" | "post" | "delete";
type Path = keyof paths & string;
export type Route = {
  [P in Path]: {
    [M in Method]: paths[P][M] extends { responses: unknown } ? `${Uppercase<M>} ${P}` : never;
  }[Method];
}[Path];

type Json<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;
type Done<Responses> = { [S in keyof Responses]: S extends 200 | 201 ? Json<Responses[S]> : never }[keyof Responses];
export type AnswerOf<R extends Route> = R extends `${infer M} ${infer P}`
  ? P extends Path
    ? Lowercase<M> extends Method
      ? paths[P][Lowercase<M>] extends { responses: infer Responses }
        ? Done<Responses>
        : never
      : never
    : never
  : never;

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Routes that take no token; tests/unit/infra/test_pages_words.py compares them with the OpenAPI document. */
export const PUBLIC: ReadonlySet<string> = new Set<Route>([
  "GET /campaigns",
  "GET /campaigns/{campaign_id}",
  "GET /campaigns/{campaign_id}/merchants",
  "GET /campaigns/{campaign_id}/activities",
  "GET /campaigns/{campaign_id}/facilities",
  "GET /campaigns/{campaign_id}/announcements",
  "GET /campaigns/{campaign_id}/stats",
  "GET /campaigns/{campaign_id}/supplies",
  "GET /batches/{batch_id}",
  "GET /batches/{batch_id}/draw",
  "GET /batches/{batch_id}/draw/files/{name}",
  "GET /facilities/{facility_id}/slots",
  "GET /openapi.json",
]);

/** The address of a route, each name of `path` inserted and quoted. */
export function pathOf(
  route: string,
  path: Record<string, string> = {},
  query: Record<string, string | null | undefined> = {},
): string {
  const template = route.slice(route.indexOf(" ") + 1);
  const target = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] != null);
  return given.length > 0 ? `${target}?${new URLSearchParams(given).toString()}` : target;
}

/** One function that asks any operation of the API, with every type taken from the OpenAPI document. */

import type { components, paths } from "./generated";

export type Schemas = components["schemas"];
type Verb = "get" | "put" | "post" | "delete";
/** The methods that a path has; the generated types list the others as absent. */
type Method<P extends keyof paths> = { [V in Verb]: paths[P][V] extends undefined ? never : V }[Verb];
type Responses<P extends keyof paths, M extends Method<P>> = paths[P][M] extends { responses: infer R } ? R : never;
type Content<Response, Media extends string> =
  Response extends { content: { [media in Media]: infer Body } } ? Body : never;

type Success = 200 | 201;
/** The problem documents that an operation declares: a union that `type` tells apart. */
export type Problem<P extends keyof paths, M extends Method<P>> = Content<
  Responses<P, M>[keyof Responses<P, M>],
  "application/problem+json"
>;
export type Body<P extends keyof paths, M extends Method<P>> = Content<
  Responses<P, M>[keyof Responses<P, M> & Success],
  "application/json"
>;
type Given<P extends keyof paths, M extends Method<P>> = paths[P][M] extends {
  requestBody?: { content: { "application/json": infer Request } };
}
  ? Request
  : undefined;
type Names<P extends keyof paths, M extends Method<P>> = paths[P][M] extends {
  parameters: { path: infer Path extends Record<string, string> };
}
  ? Path
  : Record<string, never>;

/** `refused` is the gateway's own answer: no token, no scope, or too many requests. */
export type Answer<P extends keyof paths, M extends Method<P>> =
  | { kind: "done"; body: Body<P, M> }
  | { kind: "problem"; problem: Problem<P, M> }
  | { kind: "refused"; refusal: Schemas["GatewayRefusal"] };

export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async ask<P extends keyof paths, M extends Method<P>>(
    method: M,
    path: P,
    names: Names<P, M>,
    body: Given<P, M>,
  ): Promise<Answer<P, M>> {
    const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""));
    const response = await fetch(this.url + place, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const content: unknown = await response.json();
    if (response.ok) return { kind: "done", body: content as Body<P, M> };
    if (response.headers.get("content-type") === "application/problem+json")
      return { kind: "problem", problem: content as Problem<P, M> };
    return { kind: "refused", refusal: content as Schemas["GatewayRefusal"] };
  }
}

/** Compiles only where every member of a closed set was handled before. */
export function unreachable(rest: never): never {
  throw new Error(`not declared: ${JSON.stringify(rest)}`);
}

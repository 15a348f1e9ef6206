// Signing in against an issuer of the test's own: what is sent, what is refused, what is kept.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Session, SignInError, type App } from "./session";

const CONFIG = { issuer: "http://127.0.0.1:8082", client_id: "citizen" };
const APP: App = { redirectUri: "http://127.0.0.1:8080/", scope: "citizen", kept: true };

class Shelf implements Storage {
  readonly kept = new Map<string, string>();
  get length(): number {
    return this.kept.size;
  }
  clear = () => this.kept.clear();
  getItem = (key: string) => this.kept.get(key) ?? null;
  key = () => null;
  removeItem = (key: string) => void this.kept.delete(key);
  setItem = (key: string, value: string) => void this.kept.set(key, value);
}

let sent: URLSearchParams[] = [];
let challenge = "";

/** An issuer that checks the verifier against the challenge of the address that `begin` made. */
globalThis.fetch = async (address, init) => {
  const { pathname } = new URL(String(address));
  const endpoints = { authorization_endpoint: `${CONFIG.issuer}/authorize`, token_endpoint: `${CONFIG.issuer}/token` };
  if (pathname.endsWith("openid-configuration")) return Response.json({ issuer: CONFIG.issuer, ...endpoints });
  const body = new URLSearchParams(String(init?.body));
  sent.push(body);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body.get("code_verifier") ?? ""));
  const right = Buffer.from(digest).toString("base64url") === challenge && body.get("code") === "good";
  if (!right) return Response.json({ error: "invalid_grant" }, { status: 400 });
  return Response.json({ access_token: "t1", token_type: "Bearer", expires_in: 600 });
};

let shelf = new Shelf();
let nowS = 0;
const session = (app: App = APP) => new Session(CONFIG, app, shelf, () => nowS, () => 1_000 + nowS);

async function begun(one: Session): Promise<URL> {
  const address = new URL(await one.begin("#/batches/a", "zh"));
  challenge = address.searchParams.get("code_challenge") ?? "";
  return address;
}

function back(state: string | null, code = "good"): URL {
  return new URL(`${APP.redirectUri}?code=${code}&state=${state ?? ""}`);
}

beforeEach(() => {
  shelf = new Shelf();
  sent = [];
  nowS = 0;
});

test("the way to the issuer says who asks, for what, and proves nothing yet", async () => {
  const { origin, pathname, searchParams } = await begun(session());
  equal(origin + pathname, `${CONFIG.issuer}/authorize`);
  equal(searchParams.get("code_challenge_method"), "S256");
  deepEqual(
    ["client_id", "redirect_uri", "response_type", "scope", "ui_locales"].map((name) => searchParams.get(name)),
    ["citizen", APP.redirectUri, "code", "citizen", "zh"],
  );
  ok(!searchParams.has("code_verifier"));
});

test("a code becomes a token, and the person is where the sign-in was begun", async () => {
  const one = session();
  const { searchParams } = await begun(one);
  equal(await one.finish(back(searchParams.get("state"))), "#/batches/a");
  deepEqual([one.token(), one.leftS(), sent.length], ["t1", 600, 1]);
});

test("a state of somebody else is refused before anything is sent, and the code is not tried again", async () => {
  const one = session();
  const { searchParams } = await begun(one);
  await rejects(one.finish(back("forged")), SignInError);
  await rejects(one.finish(back(searchParams.get("state"))), SignInError);
  deepEqual([one.token(), sent.length], [null, 0]);
});

test("a code that the issuer refuses is a sign-in that failed", async () => {
  const one = session();
  const { searchParams } = await begun(one);
  await rejects(one.finish(back(searchParams.get("state"), "bad")), SignInError);
  equal(one.token(), null);
});

test("a return without a sign-in that was begun here is refused", async () => {
  await rejects(session().finish(back("any")), SignInError);
});

test("a token lasts as long as was said, by the clock that only counts, and over a reload", async () => {
  const one = session();
  await one.finish(back((await begun(one)).searchParams.get("state")));
  nowS = 599;
  equal(session().token(), "t1");
  nowS = 600;
  deepEqual([one.token(), session().token()], [null, null]);
});

test("the city's token does not outlive its page, and nobody's outlives signing out", async () => {
  const city = session({ ...APP, kept: false });
  await city.finish(back((await begun(city)).searchParams.get("state")));
  deepEqual([city.token(), shelf.length], ["t1", 0]);
  const citizen = session();
  await citizen.finish(back((await begun(citizen)).searchParams.get("state")));
  citizen.end();
  deepEqual([citizen.token(), session().token(), shelf.length], [null, null, 0]);
});

test("an address is a return only with a state and a code or an error", () => {
  const said = ["?code=a&state=b", "?error=x&state=b", "?code=a", "?lang=zh", ""].map((query) => new URL(`http://a/${query}`));
  deepEqual(said.map((address) => Session.returned(address)), [true, true, false, false, false]);
});

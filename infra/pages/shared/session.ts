// Signing in: authorization code with PKCE at the city's issuer. Citizen and shop keep the access token in
// sessionStorage, because a phone discards tabs, and a reload at ten must not become a trip to the issuer. The city
// keeps it in memory only. Refresh tokens are never stored. Nothing here reads the token: the stack decides.

import * as oauth from "oauth4webapi";
import { DEVICE } from "./device";
import { watched } from "./network";

/** `/config.json`. */
export interface Config {
  issuer: string;
  client_id: string;
  hotline?: string | null;
  /** A clerk may practise a sale here: a local stack alone says so. */
  practice?: boolean;
}

/**
 * The configuration, asked for `attempts` times, or until it comes. Throws after the last.
 *
 * Not by `Api`: the pages' own files have the real time, which is not the stack's.
 */
export async function configured(attempts = Infinity): Promise<Config> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await watched(fetch)("/config.json", { cache: "no-store", credentials: "omit" });
      if (response.ok) return (await response.json()) as Config;
      throw new Error(`config.json: ${response.status}`);
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
    await DEVICE.sleep(DEVICE.uniform(0, 2 ** Math.min(attempt, 4)));
  }
}

export interface App {
  /** Of the page, without query: an exact redirect address of the client. */
  redirectUri: string;
  scope: string;
  /** Whether the token may outlive the page. */
  kept: boolean;
}

interface Begun {
  verifier: string;
  state: string;
  /** The fragment to come back to. */
  hash: string;
}

interface Kept {
  token: string;
  /** Seconds that were left when it was stored, and the device's time then: only their difference counts. */
  leftS: number;
  storedAtS: number;
}

const BEGUN = "season.signing-in";
const TOKEN = "season.token";
/** Used where the issuer states no lifetime. */
const LIFETIME_S = 3_600;

/** The sign-in was begun elsewhere, refused by the issuer, or answered for somebody else's request. */
export class SignInError extends Error {}

export class Session {
  private held: { token: string; endsS: number } | null = null;
  private server: Promise<oauth.AuthorizationServer> | null = null;

  constructor(
    private readonly config: Config,
    private readonly app: App,
    private readonly storage: Storage = sessionStorage,
    private readonly monotonicS: () => number = () => performance.now() / 1000,
    private readonly wallS: () => number = () => Date.now() / 1000,
  ) {
    if (app.kept) this.restore();
  }

  /** The access token, or null when nobody is signed in or its lifetime is over. */
  token = (): string | null => (this.leftS() > 0 ? (this.held?.token ?? null) : null);

  /** Seconds that the token is still accepted; 0 when nobody is signed in. */
  leftS(): number {
    return this.held === null ? 0 : Math.max(0, this.held.endsS - this.monotonicS());
  }

  /** The address to go to for signing in; the page comes back with a code that `finish` takes. */
  async begin(hash: string, language: string): Promise<string> {
    const server = await this.discovered();
    if (server.authorization_endpoint === undefined) throw new SignInError("the issuer has no page to sign in");
    const begun: Begun = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), hash };
    this.storage.setItem(BEGUN, JSON.stringify(begun));
    const address = new URL(server.authorization_endpoint);
    for (const [name, value] of Object.entries({
      client_id: this.config.client_id,
      redirect_uri: this.app.redirectUri,
      response_type: "code",
      scope: this.app.scope,
      code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: "S256",
      state: begun.state,
      ui_locales: language,
    })) {
      address.searchParams.set(name, value);
    }
    return address.href;
  }

  /** Whether `address` is a return from the issuer: the caller takes its query off the address bar at once. */
  static returned(address: URL): boolean {
    return address.searchParams.has("state") && (address.searchParams.has("code") || address.searchParams.has("error"));
  }

  /** Signed in by the code of `address`; returns the fragment where it was begun. Throws SignInError, TypeError offline. */
  async finish(address: URL): Promise<string> {
    const text = this.storage.getItem(BEGUN);
    this.storage.removeItem(BEGUN);
    if (text === null) throw new SignInError("no sign-in was begun here");
    const begun = JSON.parse(text) as Begun;
    const server = await this.discovered();
    const client: oauth.Client = { client_id: this.config.client_id };
    try {
      const answer = oauth.validateAuthResponse(server, client, address, begun.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server, client, oauth.None(), answer, this.app.redirectUri, begun.verifier, this.options(),
      );
      const granted = await oauth.processAuthorizationCodeResponse(server, client, response);
      this.hold(granted.access_token, granted.expires_in ?? LIFETIME_S);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw new SignInError(String(error));
    }
    return begun.hash;
  }

  /** Nobody is signed in on this page any more. */
  end(): void {
    this.held = null;
    this.storage.removeItem(TOKEN);
  }

  private hold(token: string, leftS: number): void {
    this.held = { token, endsS: this.monotonicS() + leftS };
    const kept: Kept = { token, leftS, storedAtS: this.wallS() };
    if (this.app.kept) this.storage.setItem(TOKEN, JSON.stringify(kept));
  }

  private restore(): void {
    const text = this.storage.getItem(TOKEN);
    if (text === null) return;
    const { token, leftS, storedAtS } = JSON.parse(text) as Kept;
    const sinceS = Math.max(0, this.wallS() - storedAtS);
    this.held = { token, endsS: this.monotonicS() + leftS - sinceS };
  }

  private discovered(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.config.issuer);
    this.server ??= oauth
      .discoveryRequest(issuer, this.options())
      .then((response) => oauth.processDiscoveryResponse(issuer, response))
      .catch((error: unknown) => {
        this.server = null;
        throw error;
      });
    return this.server;
  }

  /** Plain http only where the page itself is on this machine. */
  private options(): { [oauth.allowInsecureRequests]?: boolean } {
    return new URL(this.app.redirectUri).protocol === "http:" ? { [oauth.allowInsecureRequests]: true } : {};
  }
}

// The stack as this page knows it: the API, who is signed in, and reads that are repeated while they are looked at.

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Api, ApiError, ProblemError } from "../shared/api";
import { DEVICE } from "../shared/device";
import { watched } from "../shared/network";
import { configured, Session, type Config } from "../shared/session";
import { language } from "../shared/words";

const SCOPE = "operator";

/** Null until `/config.json` is read. */
export const session = signal<Session | null>(null);
export const config = signal<Config | null>(null);
/** False after a refusal of the token too. */
export const signedIn = signal(false);
/** The stack refused the token while it was used. */
export const sessionOver = signal(false);
/** Why the last sign-in came to nothing. */
export const signInFailed = signal(false);

export const api = new Api(() => session.value?.token() ?? null, DEVICE, watched((...request) => fetch(...request)));

export function configure(found: Config): Session {
  config.value = found;
  return (session.value = new Session(found, { redirectUri: `${location.origin}/city`, scope: SCOPE, kept: false }));
}

/** Leaves for the issuer, and comes back to this place. Throws where the issuer does not answer. */
export async function signIn(): Promise<void> {
  // Pressed before the configuration came: it is asked for once more.
  const known = session.value ?? configure(await configured(1));
  location.assign(await known.begin(location.hash, language.value));
}

export function signOut(): void {
  session.value?.end();
  signedIn.value = false;
}

/** A refused token ends the session on this page: nothing that was typed is lost. */
export function noticed(failure: unknown): ApiError {
  if (!(failure instanceof ApiError)) throw failure;
  if (failure instanceof ProblemError && failure.status === 401) {
    sessionOver.value = signedIn.value;
    signOut();
  }
  return failure;
}

export interface Reading<T> {
  value: T | null;
  failure: ApiError | null;
  /** Epoch seconds by the server's clock, of the answer. */
  asOfS: number | null;
  again: () => void;
}

/**
 * `load`'s answer, asked for again when `key` changes, and every `everyS` seconds while the page is looked at.
 *
 * A later failure leaves the last answer in place with the time that it is of.
 */
export function useReading<T>(key: string, load: (signal: AbortSignal) => Promise<T>, everyS?: number): Reading<T> {
  const [state, setState] = useState<Omit<Reading<T>, "again"> & { key: string }>(nothing(key));
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    const look = async () => {
      clearTimeout(timer);
      try {
        const value = await latest.current(stop.signal);
        if (stop.signal.aborted) return;
        setState({ key, value, failure: null, asOfS: api.time.isKnown ? api.time.nowS() : null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const failure = noticed(error);
        setState((before) => ({ ...(before.key === key ? before : nothing<T>(key)), failure }));
      }
      if (everyS !== undefined && document.visibilityState === "visible") {
        timer = setTimeout(look, (everyS + DEVICE.uniform(0, everyS / 4)) * 1000) as unknown as number;
      }
    };
    const seen = () => everyS !== undefined && document.visibilityState === "visible" && void look();
    document.addEventListener("visibilitychange", seen);
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [key, everyS, turn]);
  const shown = state.key === key ? state : nothing<T>(key);
  return { value: shown.value, failure: shown.failure, asOfS: shown.asOfS, again: () => setTurn(turn + 1) };
}

/** The campaigns of which something is published. */
export function useCampaigns(everyS?: number) {
  return useReading("campaigns", async (signal) => (await api.call("GET /campaigns", { signal })).body.campaigns, everyS);
}

/** The stored document of a campaign. */
export function useDocument(campaignId: string) {
  const path = { campaign_id: campaignId };
  return useReading(campaignId, async (signal) => (await api.call("GET /admin/campaigns/{campaign_id}", { path, signal })).body);
}

function nothing<T>(key: string): Omit<Reading<T>, "again"> & { key: string } {
  return { key, value: null, failure: null, asOfS: null };
}

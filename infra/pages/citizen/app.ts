// What all screens share: the stack, the person, and the address bar.

import { effect, signal } from "@preact/signals";
import { Api, ApiError, ProblemError } from "../shared/api";
import { Citizen, type Unsettled } from "../shared/citizen";
import { nowS } from "../shared/clock";
import { DEVICE } from "../shared/device";
import { watched } from "../shared/network";
import { reactionTo } from "../shared/reactions";
import { configured, Session, type Config } from "../shared/session";
import { language } from "../shared/words";

/** A token must outlive the opening by this much: people come late, and answers get lost. */
export const TOKEN_SPARE_S = 600;

let session: Session | null = null;
/** Null until the stack has said where people sign in. */
export const signedIn = signal<boolean | null>(null);
/** The last sign-in came back without a person. */
export const signInFailed = signal(false);
export const hotline = signal<string | null>(null);

export const api = new Api(() => session?.token() ?? null, DEVICE, watched((...request) => fetch(...request)));
export const citizen = new Citizen(api, kept("season.unsettled"));

/** A set that outlasts a reload, in this tab only. */
export function kept(key: string): Unsettled & Iterable<string> {
  const read = () => new Set<string>(JSON.parse(sessionStorage.getItem(key) ?? "[]") as string[]);
  const write = (change: (items: Set<string>) => unknown) => {
    const items = read();
    change(items);
    sessionStorage.setItem(key, JSON.stringify([...items]));
  };
  return {
    add(item) {
      write((items) => items.add(item));
      return read();
    },
    has: (item) => read().has(item),
    delete(item) {
      const had = read().has(item);
      write((items) => items.delete(item));
      return had;
    },
    [Symbol.iterator]: () => read()[Symbol.iterator](),
  };
}

/** Learns where people sign in, and takes up a sign-in that comes back. Goes on until it has come through. */
export async function sessionBegun(): Promise<void> {
  const address = new URL(location.href);
  const returned = Session.returned(address);
  // The code must not stay in the address bar, nor in the history.
  if (returned) history.replaceState(null, "", location.pathname + location.hash);
  const known = configure(await configured());
  if (returned) {
    try {
      const hash = await known.finish(address);
      location.replace(hash || "#/");
    } catch {
      signInFailed.value = true;
    }
  }
  effect(() => {
    void nowS.value;
    signedIn.value = session?.token() != null;
  });
}

function configure(config: Config): Session {
  hotline.value = config.hotline ?? null;
  return (session = new Session(config, { redirectUri: `${location.origin}/`, scope: "citizen", kept: true }));
}

/** Off to the issuer; the person comes back to this screen. */
export async function signIn(): Promise<void> {
  try {
    signInFailed.value = false;
    // Pressed before the configuration came: it is asked for once more.
    const known = session ?? configure(await configured(1));
    location.assign(await known.begin(location.hash, language.value === "zh" ? "zh-CN" : "en"));
  } catch {
    signInFailed.value = true;
  }
}

export function signOut(): void {
  session?.end();
  signedIn.value = false;
  location.hash = "#/";
}

export function tokenLeftS(): number {
  return session?.leftS() ?? 0;
}

/** The refusal itself; one that wants a new sign-in also ends this one. */
export function heard(error: unknown): ApiError {
  if (error instanceof ProblemError && error.status === 401 && reactionTo(error).kind === "sign-in") {
    session?.end();
    signedIn.value = false;
  }
  if (error instanceof ApiError) return error;
  throw error;
}

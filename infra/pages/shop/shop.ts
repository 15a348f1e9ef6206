// Who sells here, and with what: session, merchant, its campaign, its store, and the till of this device.

import { computed, effect, signal } from "@preact/signals";
import { Api, ProblemError } from "../shared/api";
import { DEVICE } from "../shared/device";
import { dateOf } from "../shared/figures";
import { watched } from "../shared/network";
import { keep, remembered } from "../shared/preferences";
import type { Schema } from "../shared/routes";
import { configured, Session, type Config } from "../shared/session";
import { language } from "../shared/words";
import { offered } from "./practice";
import { Records, type Sale } from "./records";
import { Till } from "./till";

export type Merchant = Schema<"MerchantView">;
export type Campaign = Schema<"CampaignView">;
export type Store = Schema<"Store">;
export type Account = "loading" | "signed-out" | "failed" | "not-enrolled" | "ready" | "no-store";

export const account = signal<Account>("loading");
export const merchant = signal<Merchant | null>(null);
export const campaign = signal<Campaign | null>(null);
export const sales = signal<Sale[]>([]);
const KEY = { store: "season.shop.store", channel: "season.shop.channel", sound: "season.shop.sound", hand: "season.shop.hand" };
export const chosen = {
  store: signal(remembered(KEY.store)),
  channel: signal(remembered(KEY.channel)),
  sound: signal(remembered(KEY.sound) !== "no"),
  hand: signal(remembered(KEY.hand) === "left" ? "left" : "right"),
};
export const currency = computed(() => campaign.value?.currency ?? "CNY");
export const zone = computed(() => campaign.value?.timezone ?? "Asia/Shanghai");
export const store = computed<Store | null>(() => {
  const stores = merchant.value?.stores ?? [];
  return stores.find(({ store_id }) => store_id === chosen.store.value) ?? stores[0] ?? null;
});
export const channel = computed(() => {
  const channels = merchant.value?.channels ?? [];
  return channels.find((each) => each === chosen.channel.value) ?? channels[0] ?? "offline";
});

const APP = { redirectUri: `${location.origin}/shop`, scope: "merchant", kept: true };
/** Of the tab, beside its token: a shop that is cut off still knows who it is after a reload. */
const KNOWN = "season.shop.known";

let session: Session | null = null;
/** The stack no longer takes the token: what was begun stays, and can go on after signing in. */
export const expired = signal(false);
export const api = new Api(() => session?.token() ?? null, DEVICE, watched(async (...request) => {
  const response = await fetch(...request);
  if (response.status === 401) expired.value = true;
  return response;
}));
let records: Records | null = null;
let own: Till | null = null;

export function till(): Till {
  if (own === null) throw new Error("nobody has signed in");
  return own;
}
export function book(): Records {
  if (records === null) throw new Error("nobody has signed in");
  return records;
}
export function token(): string | null {
  return session?.token() ?? null;
}

/** Where the page was before it went to sign in, or null; then who is signed in is read. */
export async function begin(): Promise<string | null> {
  effect(() => {
    if (chosen.store.value !== null) keep(KEY.store, chosen.store.value);
    if (chosen.channel.value !== null) keep(KEY.channel, chosen.channel.value);
    keep(KEY.sound, chosen.sound.value ? "yes" : "no");
    keep(KEY.hand, chosen.hand.value);
  });
  const here = new URL(location.href);
  let hash: string | null = null;
  const config = await configuredOrNot();
  offered.value = config.practice === true;
  session = new Session(config, APP);
  if (Session.returned(here)) {
    history.replaceState(null, "", here.pathname);
    hash = await session.finish(here).catch(() => null);
  }
  await entered();
  return hash;
}

export async function signIn(): Promise<void> {
  session = new Session(await configured(1), APP);
  location.assign(await session.begin(location.hash, language.value));
}

/** The queue stays on the device, under its merchant. */
export function signOut(): void {
  session?.end();
  sessionStorage.removeItem(KNOWN);
  merchant.value = null;
  own = records = null;
  sales.value = [];
  account.value = "signed-out";
}

/** Reads the merchant's own record, and opens its book. */
export async function entered(): Promise<void> {
  if (token() === null) {
    account.value = "signed-out";
    return;
  }
  try {
    merchant.value = (await api.call("GET /merchant")).body;
    const [first] = merchant.value.campaigns;
    if (first !== undefined) campaign.value = (await api.call("GET /campaigns/{campaign_id}", { path: { campaign_id: first } })).body;
    sessionStorage.setItem(KNOWN, JSON.stringify({ merchant: merchant.value, campaign: campaign.value, day: today() }));
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500 && error.status !== 429) {
      account.value = error.status === 401 ? "signed-out" : "not-enrolled";
      return;
    }
    const known = sessionStorage.getItem(KNOWN);
    if (known === null) {
      account.value = "failed";
      return;
    }
    const kept = JSON.parse(known) as { merchant: Merchant; campaign: Campaign | null; day: string };
    merchant.value = kept.merchant;
    campaign.value = kept.campaign;
    lastDay = kept.day;
  }
  await opened();
}

/** What the merchant may do can change at any time: suspended, late scans left. */
export async function refreshed(): Promise<void> {
  try {
    merchant.value = (await api.call("GET /merchant")).body;
  } catch {
    // What was known stays.
  }
}

async function opened(): Promise<void> {
  const { merchant_id } = merchant.value as Merchant;
  if (records?.merchantId !== merchant_id) {
    try {
      records = await Records.of(merchant_id, () => void listed());
    } catch {
      account.value = "no-store";
      return;
    }
    own = new Till(api, records);
    await records.left();
  }
  await listed();
  account.value = "ready";
  expired.value = false;
}

async function listed(): Promise<void> {
  if (records) sales.value = await records.all();
}

/** Without a line a shop can go on; where to sign in is asked for again at the press. */
function configuredOrNot(): Promise<Config> {
  return configured(1).catch(() => ({ issuer: location.origin, client_id: "" }));
}

/** `2020-06-06`: the settlement day in the campaign's zone, by the server's clock; without a line the last that was known. */
export function today(): string {
  if (api.time.isKnown) lastDay = dateOf(api.time.nowS(), zone.value);
  return lastDay ?? dateOf(campaign.value?.starts_at ?? "2020-01-01T00:00:00Z", zone.value);
}

let lastDay: string | null = null;

export function nowOrNull(): number | null {
  return api.time.isKnown ? api.time.nowS() : null;
}

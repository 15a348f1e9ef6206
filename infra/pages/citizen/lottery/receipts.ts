// Receipts of entries: kept on this device, checked here, and as a file. A receipt has no name in it, so it may be shown.

import type { Receipt } from "../../shared/lottery";

const KEY = "season.receipts";
/** By entry: several people of a family may use one device. */
type Kept = Record<string, { batch_id: string; receipt: Receipt }>;

function all(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

/** Those of a batch that this device has. */
export function keptOf(batchId: string): Receipt[] {
  return Object.values(all()).filter(({ batch_id }) => batch_id === batchId).map(({ receipt }) => receipt);
}

/** The first one stays. Returns the one that is kept where it says something else: then somebody changed an entry. */
export function keep(batchId: string, receipt: Receipt): Receipt | null {
  const before = all();
  const own = before[receipt.entry];
  if (own) return saysAlike(own.receipt, receipt) ? null : own.receipt;
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...before, [receipt.entry]: { batch_id: batchId, receipt } }));
  } catch {
    // A full or a private store: the person can still copy it, and save it as a file.
  }
  return null;
}

function saysAlike(one: Receipt, other: Receipt): boolean {
  const said = ({ weight, share, rules_hash, booked_at_s }: Receipt) => [weight, share, rules_hash, booked_at_s].join();
  return said(one) === said(other);
}

/** What is copied and saved: the batch, and each member as the stack gave it. */
export function textOf(batchId: string, receipt: Receipt): string {
  return `${JSON.stringify({ batch_id: batchId, ...receipt }, null, 1)}\n`;
}

/** What the signature signs, byte by byte, as infra/verify_draw/README.md describes it. */
export function messageOf(batchId: string, receipt: Receipt): Uint8Array {
  const text = new TextEncoder();
  const booked = new DataView(new ArrayBuffer(8));
  booked.setUint32(0, Math.floor(receipt.booked_at_s / 2 ** 32));
  booked.setUint32(4, receipt.booked_at_s % 2 ** 32);
  return Uint8Array.from([
    ...text.encode(`cs-receipt-1\0${batchId}\0`),
    ...bytesOf(receipt.rules_hash),
    ...bytesOf(receipt.entry),
    receipt.weight,
    receipt.share,
    ...new Uint8Array(booked.buffer),
  ]);
}

/** Whether the published key signed it; null where this browser cannot tell. */
export async function isGenuine(batchId: string, receipt: Receipt, publishedKey: string): Promise<boolean | null> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", bytesOf(publishedKey), "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
  return crypto.subtle.verify("Ed25519", key, bytesOf(receipt.signature), messageOf(batchId, receipt) as Uint8Array<ArrayBuffer>);
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// What this device has sold: each order with its request until it is answered, and its outcome afterwards. In IndexedDB
// with `durability: "strict"`, because a browser's default does not reach the disk before a power cut. A merchant sees
// and sends its own records alone.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Problem } from "../shared/api";
import { withoutStated } from "./stated";
import type { Hold, Journal, Kept, Order, Outcome, Redemption, Reversal } from "./till";

/**
 * `open` sent or to be sent, no answer yet · `done` · `refused` while the clerk looked on · `contact` refused after the
 * customer had left, and nobody has dealt with it · `dealt` somebody has · `held` set aside · `released`.
 */
export type State = "open" | "done" | "refused" | "contact" | "dealt" | "held" | "released";

export interface Sale {
  merchant_id: string;
  /** `order_no`, or `order_no/reversal_no`. */
  number: string;
  /** Of this device; the oldest first. */
  turn: number;
  /** Settlement day, and when it was begun (epoch seconds by the server's clock; null if it was not known). */
  day: string;
  at_s: number | null;
  /** Of the order; of a reversal, what is given back. */
  total_minor: number;
  currency: string;
  state: State;
  kept: Kept | null;
  /** Nobody looks on any more: the page was left, or the sale was put into the queue. */
  waits: boolean;
  order: Order | null;
  hold: Hold | null;
  /** The request of a hold, until it is answered. */
  holding: { code: string; order: Order; ttl_s: number; pin: string | null } | null;
  /** A venue's check-in, until it is answered; a record of before has none. */
  check_in?: { facility_id: string; code: string; slots: string[] } | null;
  answer: Redemption | Reversal | null;
  problem: Problem | null;
}

interface Schema extends DBSchema {
  sales: { key: [string, string]; value: Sale; indexes: { merchant: string } };
  facts: { key: string; value: string | number };
}

const STRICT = { durability: "strict" } as const;
/** Answered records are forgotten after so many of a merchant; what is open or unread never is. */
const KEPT_MAX = 500;

export class Records implements Journal {
  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    readonly merchantId: string,
    readonly device: string,
    private readonly changed: () => void,
  ) {}

  static async of(merchantId: string, changed: () => void = () => undefined): Promise<Records> {
    const db = await openDB<Schema>("season.shop", 1, {
      upgrade: (made) => {
        made.createObjectStore("sales", { keyPath: ["merchant_id", "number"] }).createIndex("merchant", "merchant_id");
        made.createObjectStore("facts");
      },
      // Another tab wants a newer store: let it, and ask for the page anew at the next write.
      blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    });
    const write = db.transaction("facts", "readwrite", STRICT);
    const device = String((await write.store.get("device")) ?? randomName());
    await write.store.put(device, "device");
    await write.done;
    const records = new Records(db, merchantId, device, changed);
    await records.forget();
    return records;
  }

  /** All of this merchant, the newest first. */
  async all(): Promise<Sale[]> {
    const found = await this.db.getAllFromIndex("sales", "merchant", this.merchantId);
    return found.sort((a, b) => b.turn - a.turn);
  }

  /** How many open or unread records other merchants have on this device. */
  async othersWaiting(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const sale of await this.db.getAll("sales")) {
      if (sale.merchant_id === this.merchantId || !isWaiting(sale)) continue;
      counts.set(sale.merchant_id, (counts.get(sale.merchant_id) ?? 0) + 1);
    }
    return counts;
  }

  find(number: string): Promise<Sale | undefined> {
    return this.db.get("sales", [this.merchantId, number]);
  }

  /** A number that nothing has had: `day-device-turn`. It is on the disk when this resolves. */
  async begin(number: string | null, sale: Pick<Sale, "day" | "at_s" | "total_minor" | "currency" | "order"> & Partial<Sale>): Promise<Sale> {
    const write = this.db.transaction(["sales", "facts"], "readwrite", STRICT);
    const facts = write.objectStore("facts");
    const turn = Number((await facts.get("turn")) ?? 0) + 1;
    await facts.put(turn, "turn");
    const made: Sale = {
      state: "open", kept: null, waits: false, hold: null, holding: null, answer: null, problem: null, ...sale,
      merchant_id: this.merchantId, turn, number: number ?? numberOf(sale.day, this.device, turn),
    };
    // `add` refuses a number that is taken already.
    await Promise.all([write.objectStore("sales").add(made), write.done]);
    this.changed();
    return made;
  }

  change(number: string, changes: Partial<Sale>): Promise<void> {
    return this.edit(number, () => changes);
  }

  /** Nothing came of it: the number is free again. */
  async drop(number: string): Promise<void> {
    const write = this.db.transaction("sales", "readwrite", STRICT);
    await Promise.all([write.store.delete([this.merchantId, number]), write.done]);
    this.changed();
  }

  async get(number: string): Promise<Kept | undefined> {
    return (await this.find(number))?.kept ?? undefined;
  }

  put(number: string, kept: Kept): Promise<void> {
    return this.change(number, { kept, state: "open" });
  }

  strike(number: string, { answer, refusal }: Outcome): Promise<void> {
    return this.edit(number, ({ waits, hold, order }) => {
      const state = refusal === null ? "done" : waits ? "contact" : hold ? "held" : "refused";
      const told = { kept: null, waits: false, state, answer, problem: refusal?.problem ?? null } as const;
      return state === "held" || order === null ? told : { ...told, order: withoutStated(order) };
    });
  }

  async entries(): Promise<[string, Kept][]> {
    const open = (await this.all()).filter((sale) => sale.kept !== null).reverse();
    return open.map((sale) => [sale.number, sale.kept as Kept]);
  }

  /** After a reload nobody looks on at what is open. */
  async left(): Promise<void> {
    for (const [number] of await this.entries()) await this.change(number, { waits: true });
  }

  /** The record as `changes` make it of what is there, in one write. */
  private async edit(number: string, changes: (found: Sale) => Partial<Sale>): Promise<void> {
    const write = this.db.transaction("sales", "readwrite", STRICT);
    const found = await write.store.get([this.merchantId, number]);
    if (found) await write.store.put({ ...found, ...changes(found) });
    await write.done;
    this.changed();
  }

  private async forget(): Promise<void> {
    const old = (await this.all()).filter((sale) => !isWaiting(sale) && sale.state !== "held").slice(KEPT_MAX);
    const write = this.db.transaction("sales", "readwrite");
    for (const { merchant_id, number } of old) await write.store.delete([merchant_id, number]);
    await write.done;
  }
}

/** Not answered, or answered by a refusal that nobody has dealt with. */
export function isWaiting(sale: Sale): boolean {
  return sale.kept !== null || sale.holding !== null || !!sale.check_in || sale.state === "contact";
}

/** `20200606-k7f2-0012`. */
export function numberOf(day: string, device: string, turn: number): string {
  return `${day.replace(/-/g, "")}-${device}-${String(turn).padStart(4, "0")}`;
}

function randomName(): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => letters[byte % letters.length]).join("");
}

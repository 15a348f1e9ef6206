// The lines of an order as a clerk types them. Most sales have none: then one line is made of the total.

import { computed, signal } from "@preact/signals";
import { digitsOf } from "../shared/figures";
import { itemsOf, sumOf, type ItemText } from "./goods";
import { textOf } from "./money";
import { currency, merchant } from "./shop";
import type { Order } from "./till";

export const ITEMS_MAX = 100;

export const items = signal<ItemText[]>([]);
/** What the lines cost; null while one is not complete, or if they cost too much. */
export const itemsMinor = computed(() => sumOf(items.value, digitsOf(currency.value)));
let keys = 0;

export function itemAdded(price = ""): void {
  items.value = [...items.value, { key: ++keys, price, quantity: "1", sku: "", category: "", tags: "" }];
}

export function itemChanged(key: number, changes: Partial<ItemText>): void {
  items.value = items.value.map((item) => (item.key === key ? { ...item, ...changes } : item));
}

export function itemRemoved(key: number): void {
  items.value = items.value.filter((item) => item.key !== key);
}

/** The lines of an order of this total: those that were typed, or one for all. */
export function itemsFor(total: number): Order["items"] {
  const own = merchant.value?.category ?? "";
  const digits = digitsOf(currency.value);
  const typed = items.value.length > 0 ? items.value : [{ key: 0, price: textOf(total, digits), quantity: "1", sku: "total", category: "", tags: "" }];
  return itemsOf(typed, digits, own);
}

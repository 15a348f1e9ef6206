// The goods of an order as a clerk types them: what they cost, and as they are sent.

import { minorOf, TOTAL_MAX_MINOR } from "./money";
import type { Order } from "./till";

type Item = Order["items"][number];

export interface ItemText {
  /** Of this page, so that a line keeps its fields when another one goes. */
  key: number;
  price: string;
  quantity: string;
  sku: string;
  category: string;
  tags: string;
}

export const PIECES_MAX = 10_000;

export function piecesOf(text: string): number | null {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= PIECES_MAX ? count : null;
}

export function sumOf(texts: ItemText[], digits: number): number | null {
  let sum = 0;
  for (const { price, quantity } of texts) {
    const [minor, count] = [minorOf(price, digits), piecesOf(quantity)];
    if (minor === null || count === null) return null;
    sum += minor * count;
  }
  return sum > 0 && sum <= TOTAL_MAX_MINOR ? sum : null;
}

/** As they are sent. An item without a kind of goods has the shop's own. */
export function itemsOf(texts: ItemText[], digits: number, category: string): Item[] {
  return texts.map((text, index) => ({
    sku: text.sku.trim() || `item-${index + 1}`,
    category: text.category.trim() || category,
    tags: [...new Set(text.tags.split(/[\s,，、]+/).filter(Boolean))],
    price_minor: minorOf(text.price, digits) ?? 0,
    quantity: piecesOf(text.quantity) ?? 1,
  }));
}

// The orders of a day as the settlement and this device know them, as one list.

import { digitsOf } from "../shared/figures";
import type { Schema } from "../shared/routes";
import { minorOf } from "./money";
import { isWaiting, type Sale, type State } from "./records";

export type Line = Schema<"LineView">;

export interface OrderRow {
  number: string;
  /** RFC 3339 of the settlement, or epoch seconds of this device; null if unknown. */
  at: string | number | null;
  currency: string;
  payable_minor: number | null;
  total_minor: number | null;
  state: State | "reversed" | "part-reversed" | "checked-in";
  late: boolean;
}

/** The newest first. What the stack says of an order goes before what this device noted. */
export function rowsOf(lines: Line[], sales: Sale[]): OrderRow[] {
  const rows = new Map<string, OrderRow>();
  for (const line of lines) {
    const before = rows.get(line.order_no);
    if (line.kind === "redemption") {
      const { order_no: number, at, currency, payable_minor, late } = line;
      rows.set(number, { number, at, currency, payable_minor, total_minor: null, state: line.slot_id ? "checked-in" : "done", late });
    } else if (before) {
      before.state = leftOf(lines, line.order_no) === 0 ? "reversed" : "part-reversed";
    }
  }
  for (const sale of sales.filter(({ number }) => !number.includes("/"))) {
    const said = rows.get(sale.number);
    if (said) said.total_minor = sale.total_minor;
    else if (sale.state !== "done" || lines.length === 0) rows.set(sale.number, rowOf(sale));
  }
  return [...rows.values()].sort((a, b) => momentOf(b) - momentOf(a));
}

/** What of an order's payable has not been given back, by the lines of its days. */
export function leftOf(lines: Line[], orderNo: string): number {
  return lines.filter(({ order_no }) => order_no === orderNo).reduce((sum, { payable_minor }) => sum + payable_minor, 0);
}

/** By a part of the number, or by an amount as it is typed. */
export function found(rows: OrderRow[], text: string): OrderRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter((row) => {
    const minor = minorOf(wanted, digitsOf(row.currency));
    return row.number.toLowerCase().includes(wanted) || (minor !== null && [row.payable_minor, row.total_minor].includes(minor));
  });
}

function rowOf(sale: Sale): OrderRow {
  const { number, at_s: at, currency, total_minor, answer } = sale;
  const payable_minor = answer && "payable_minor" in answer ? answer.payable_minor : null;
  const late = answer !== null && "late" in answer && answer.late;
  return { number, at, currency, payable_minor, total_minor, state: isWaiting(sale) && sale.state !== "contact" ? "open" : sale.state, late };
}

function momentOf({ at }: OrderRow): number {
  return typeof at === "string" ? Date.parse(at) / 1000 : (at ?? Infinity);
}

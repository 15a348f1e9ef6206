// What an order states where terms require it: by which prescription it was allowed, and how its goods reach the customer.

import { computed, signal } from "@preact/signals";
import type { Order } from "./till";

const NOTHING = { prescription: "", pharmacist: "", mode: "" as "" | "pickup" | "delivery", ref: "" };
export const typed = signal(NOTHING);
/** The fields are shown, in place of the keys. */
export const stating = signal(false);

/** What is complete; a half of it is not sent. */
export const stated = computed<Pick<Order, "evidence" | "fulfilment">>(() => {
  const { prescription, pharmacist, mode, ref } = typed.value;
  const [prescription_no, pharmacist_id, number] = [prescription.trim(), pharmacist.trim(), ref.trim()];
  return {
    ...(prescription_no && pharmacist_id && { evidence: { prescription_no, pharmacist_id } }),
    ...(mode && number && { fulfilment: { mode, ref: number } }),
  };
});

export function nothingStated(): void {
  typed.value = NOTHING;
  stating.value = false;
}

/** As it is kept on this device once it is answered: numbers of prescriptions and parcels are gone. */
export function withoutStated({ evidence, fulfilment, ...order }: Order): Order {
  return order;
}

// The goods of an order, one by one, in place of the keys: coupons of certain goods look at each.

import { useEffect, useRef } from "preact/hooks";
import { digitsOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { PIECES_MAX, piecesOf, type ItemText } from "./goods";
import { itemAdded, itemChanged, itemRemoved, items, ITEMS_MAX, itemsMinor } from "./items";
import { minorOf } from "./money";
import { currency } from "./shop";
import { money, tell } from "./words";

export function ItemsView() {
  const list = items.value;
  const place = useRef<HTMLElement>(null);
  const count = useRef(0);
  useEffect(() => {
    // A line that was added is typed next; after one that was removed the focus is not lost.
    const found = place.current?.querySelectorAll<HTMLElement>(list.length > count.current ? ".item input" : ".add .button");
    const first = list.length > count.current ? found?.[found.length - Object.keys(LABELS).length] : found?.[0];
    first?.focus();
    count.current = list.length;
  }, [list.length]);
  return (
    <section class="items stack" ref={place} aria-label={tell("items.title")}>
      {list.map((item, index) => <Line key={item.key} item={item} at={index + 1} />)}
      <div class="pair add">
        {list.length < ITEMS_MAX && <Button kind="edge" onPress={() => itemAdded()}>{tell("items.add")}</Button>}
      </div>
      {itemsMinor.value !== null && <p class="note">{tell("items.sum", { count: list.length, amount: money(itemsMinor.value) })}</p>}
    </section>
  );
}

const LABELS = { price: "items.price", quantity: "items.quantity", category: "items.category", tags: "items.tags", sku: "items.sku" } as const;

function Line({ item, at }: { item: ItemText; at: number }) {
  const { key, price, quantity } = item;
  const field = (name: keyof typeof LABELS, fault?: string, number = false) => (
    <Field
      id={`item-${key}-${name}`}
      label={tell(LABELS[name])}
      fault={fault}
      value={item[name]}
      onValue={(value) => itemChanged(key, { [name]: value })}
      input={{ autocomplete: "off", ...(number && { inputMode: name === "price" ? "decimal" : "numeric" }), ...(name === "sku" && { maxLength: 64 }) }}
    />
  );
  return (
    <fieldset class="item card stack">
      <legend>{tell("items.line", { number: at })}</legend>
      <div class="two">
        {field("price", price && minorOf(price, digitsOf(currency.value)) === null ? tell("reverse.fault") : undefined, true)}
        {field("quantity", piecesOf(quantity) === null ? tell("items.pieces-fault", { count: PIECES_MAX }) : undefined, true)}
      </div>
      <div class="two">
        {field("category")}
        {field("tags")}
      </div>
      <div class="two end">
        {field("sku")}
        <Button kind="quiet" onPress={() => itemRemoved(key)}>{tell("items.remove", { number: at })}</Button>
      </div>
    </fieldset>
  );
}

// Today: every order of the shop, from the stack's lines and this device's own notes.

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../shared/api";
import { Field } from "../shared/parts/field";
import { Chip, type Mood } from "../shared/parts/notice";
import { Empty, Frame } from "./frame";
import { found, rowsOf, type Line, type OrderRow } from "./lines";
import { Entry, Unread } from "./parts";
import { sales, today } from "./shop";
import { settlementOf } from "./settlements";
import { money, tell, type ShopWord } from "./words";

export const LOOKS: Record<OrderRow["state"], [Mood, ShopWord]> = {
  done: ["done", "state.done"],
  held: ["wait", "state.held"],
  open: ["wait", "state.open"],
  contact: ["stop", "state.contact"],
  dealt: ["note", "state.dealt"],
  refused: ["stop", "state.refused"],
  released: ["note", "state.released"],
  "checked-in": ["done", "state.checked-in"],
  reversed: ["note", "state.reversed"],
  "part-reversed": ["note", "state.part-reversed"],
};

export function OrdersScreen() {
  const [lines, setLines] = useState<Line[] | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [text, setText] = useState("");
  const read = async () => {
    setFailure(null);
    try {
      setLines((await settlementOf(today())).lines);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  };
  useEffect(() => void read(), []);
  const mine = sales.value.filter(({ day, state }) => day === today() || ["open", "contact", "held"].includes(state));
  const rows = rowsOf(lines ?? [], mine);
  const shown = text ? found(rows, text) : rows;
  const sum = (lines ?? []).reduce((total, { payable_minor }) => total + payable_minor, 0);
  return (
    <Frame title={tell("orders.title")}>
      {lines !== null && rows.length > 0 && <p class="note numbers">{tell("orders.sum", { count: rows.length, amount: money(sum) })}</p>}
      {failure && <Unread failure={failure} again={() => void read()} />}
      {sales.value.some(({ state }) => state === "held") && <p><a href="#/holds">{tell("held.list")}</a></p>}
      {rows.length > 0 && (
        <Field id="search" label={tell("orders.search")} hint={tell("orders.search-hint")} value={text} onValue={setText} input={{ type: "search", autocomplete: "off" }} />
      )}
      {lines === null && !failure && rows.length === 0 && <div class="skeleton ticket" aria-hidden="true" />}
      {rows.length === 0 && lines !== null && !failure && <Empty>{tell("orders.none")}</Empty>}
      {rows.length > 0 && <p class="unseen" role="status">{tell("orders.found", { count: shown.length })}</p>}
      {rows.length > 0 && shown.length === 0 && <p>{tell("orders.none-found")}</p>}
      <ul class="orders">{shown.map((row) => <Row key={row.number} row={row} />)}</ul>
    </Frame>
  );
}

function Row({ row }: { row: OrderRow }) {
  const [mood, word] = LOOKS[row.state];
  return (
    <Entry number={row.number} at={row.at} amount={money(row.payable_minor ?? row.total_minor ?? 0, row.currency)}>
      <Chip mood={mood}>{row.late && row.state === "done" ? tell("state.late") : tell(word)}</Chip>
    </Entry>
  );
}

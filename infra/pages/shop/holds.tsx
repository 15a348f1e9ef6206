// Coupons that are set aside for unpaid orders: until when, pay and redeem without a code, or release.

import { useState } from "preact/hooks";
import { ApiError } from "../shared/api";
import { nowS } from "../shared/clock";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { Amount } from "../shared/parts/ticket";
import { epochS } from "../shared/server_time";
import { Empty, Frame } from "./frame";
import { whyOf } from "./parts";
import type { Sale } from "./records";
import { heldRedeemed } from "./sale";
import { book, sales, till } from "./shop";
import { minutes, tell, until } from "./words";

export function HoldsScreen() {
  const held = sales.value.filter(({ state, hold, kept }) => state === "held" && hold && !kept);
  return (
    <Frame title={tell("holds.title")}>
      {held.length === 0 && <Empty>{tell("holds.none")}</Empty>}
      {held.map((sale) => <Held key={sale.number} sale={sale} />)}
    </Frame>
  );
}

function Held({ sale }: { sale: Sale }) {
  const [state, setState] = useState<"asking" | "sure" | "sending" | ApiError>("asking");
  const { hold, order, number } = sale;
  if (!hold || !order) return null;
  const left = nowS.value === null ? null : epochS(hold.held_until) - nowS.value;
  const lapsed = left !== null && left <= 0;
  const release = async () => {
    setState("sending");
    try {
      await till().release(number);
      await book().change(number, { state: "released" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState(error);
    }
  };
  return (
    <section class="card stack">
      <h2 class="due"><Amount minor={hold.payable_minor} currency={sale.currency} look="inline" /></h2>
      <p class="note numbers number">{tell("order.number", { number })}</p>
      {lapsed ? (
        <>
          <Notice mood="wait" title={tell("holds.lapsed")}>{tell("holds.lapsed-said")}</Notice>
          <Button kind="edge" onPress={() => void book().change(number, { state: "released" })}>{tell("holds.forget")}</Button>
        </>
      ) : (
        <p class="numbers">
          {tell("held.until", { time: until(hold.held_until) })}
          {left !== null && left < 3_600 && ` · ${tell("holds.left", { time: minutes(left) })}`}
        </p>
      )}
      {state instanceof ApiError && (
        <Notice mood="stop" live="alert">{whyOf(state)}</Notice>
      )}
      {!lapsed && <Button onPress={() => void heldRedeemed(number, order)}>{tell("holds.redeem")}</Button>}
      {lapsed ? null : state === "sure" ? (
        <Notice mood="wait" title={tell("holds.sure")} live="status">
          <p>{tell("holds.sure-said")}</p>
          <Button kind="edge" onPress={() => void release()}>{tell("holds.release")}</Button>
          <Button kind="quiet" onPress={() => setState("asking")}>{tell("act.back")}</Button>
        </Notice>
      ) : (
        <Button kind="quiet" busy={state === "sending"} onPress={() => setState("sure")}>{tell("holds.release-ask")}</Button>
      )}
    </section>
  );
}

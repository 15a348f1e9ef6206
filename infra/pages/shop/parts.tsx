// Parts of the shop's screens alone: rows of sums and of orders, a form of one field, and what did not come through.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemError, type ApiError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { lineOf } from "../shared/reactions";
import { language } from "../shared/words";
import { orderHref } from "./place";
import { signIn } from "./shop";
import { clock, tell } from "./words";

/** A row of a list of sums. */
export function Sum({ name, last = false, children }: { name: string; last?: boolean; children: ComponentChildren }) {
  return (
    <div class={last ? "sum last" : "sum"}>
      <dt>{name}</dt>
      <dd class="numbers">{children}</dd>
    </div>
  );
}

interface EntryProps {
  number: string;
  at: string | number | null;
  amount: string;
  /** What became of it. */
  children: ComponentChildren;
}

/** An order in a list, which leads to its screen. */
export function Entry({ number, at, amount, children }: EntryProps) {
  return (
    <li>
      <a href={orderHref(number)}>
        <span class="note numbers">{clock(at)}</span>
        <span class="what">
          <span class="numbers">{number}</span>
          {children}
        </span>
        <strong class="numbers">{amount}</strong>
      </a>
    </li>
  );
}

/** Why something came to nothing: the refusal in words, or that there is no connection. */
export function whyOf(failure: ApiError): string {
  return failure instanceof ProblemError ? lineOf(failure, language.value) : tell("orders.failed");
}

/** A read came to nothing: why, and another try. */
export function Unread({ failure, again }: { failure: ApiError; again: () => void }) {
  const look = failure instanceof ProblemError ? ({ mood: "stop" } as const) : ({ mood: "wait", icon: "offline" } as const);
  return (
    <Notice {...look} title={whyOf(failure)} live="status">
      <Button kind="quiet" onPress={again}>{tell("act.again")}</Button>
    </Notice>
  );
}

/** Leaves for the issuer; where that does not answer it says so. */
export function SignIn({ kind = "ink" }: { kind?: "ink" | "act" | "edge" | "quiet" }) {
  const [failed, setFailed] = useState(false);
  const leave = () => {
    setFailed(false);
    signIn().catch(() => setFailed(true));
  };
  return (
    <>
      {failed && <p role="alert">{tell("account.issuer-silent")}</p>}
      <Button kind={kind} onPress={leave}>{tell("account.sign-in")}</Button>
    </>
  );
}

/** A form of one field, which takes the focus; Enter sends it. */
export function OneField({ look = "stack", onSend, children }: { look?: string; onSend: () => void; children: ComponentChildren }) {
  const place = useRef<HTMLFormElement>(null);
  useEffect(() => place.current?.querySelector("input")?.focus(), []);
  return (
    <form class={look} ref={place} onSubmit={(event) => { event.preventDefault(); onSend(); }}>
      {children}
    </form>
  );
}

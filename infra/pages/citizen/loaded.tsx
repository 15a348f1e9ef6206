// Something that a screen asks for: a skeleton, what came, or why nothing came and a way on.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemError, type ApiError, type Asking, type Pause } from "../shared/api";
import { nowS } from "../shared/clock";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { lineOf, reactionTo } from "../shared/reactions";
import { language } from "../shared/words";
import { api, heard } from "./app";
import { Title } from "./frame";
import { say } from "./words";

export type Loaded<T> =
  | { state: "loading"; pause: (Pause & { untilS: number | null }) | null }
  | { state: "failed"; error: ApiError }
  | { state: "read"; value: T };

/** Asks when `deps` change, and again when the page is shown after it was hidden. What was read stays meanwhile. */
export function useLoaded<T>(load: (call: Asking) => Promise<T>, deps: unknown[]): [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading", pause: null });
  const latest = useRef<AbortController | null>(null);
  const ask = (fresh: boolean) => {
    latest.current?.abort();
    const own = (latest.current = new AbortController());
    if (fresh) setLoaded({ state: "loading", pause: null });
    const pausing = (pause: Pause) => {
      const untilS = nowS.value === null ? null : nowS.value + pause.waitS;
      setLoaded((before) => (before.state === "read" ? before : { state: "loading", pause: { ...pause, untilS } }));
    };
    load({ pausing, signal: own.signal }).then(
      (value) => own.signal.aborted || setLoaded({ state: "read", value }),
      (error: unknown) => {
        if (own.signal.aborted) return;
        const told = heard(error);
        setLoaded((before) => (before.state === "read" && !fresh ? before : { state: "failed", error: told }));
      },
    );
  };
  useEffect(() => {
    ask(true);
    const shown = () => document.visibilityState === "visible" && ask(false);
    document.addEventListener("visibilitychange", shown);
    return () => {
      document.removeEventListener("visibilitychange", shown);
      latest.current?.abort();
    };
  }, deps);
  return [loaded, () => ask(loaded.state !== "read")];
}

/** Asks again now and then, while the page is shown; never where `everyS` is null. */
export function useLooking(everyS: number | null, look: () => void): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (everyS === null) return;
    let timer = 0;
    const wait = () => {
      timer = setTimeout(() => {
        if (document.visibilityState === "visible") latest.current();
        wait();
      }, (everyS + api.device.uniform(0, everyS / 6)) * 1000) as unknown as number;
    };
    wait();
    return () => clearTimeout(timer);
  }, [everyS]);
}

interface Props {
  of: Loaded<unknown>;
  again: () => void;
  /** A part of a screen that has its heading. */
  part?: boolean;
  /** As high as what comes. */
  children: ComponentChildren;
}

/** Shown until something was read. */
export function Waiting({ of, again, part = false, children }: Props) {
  if (of.state === "read") return null;
  if (of.state === "failed") return <Failed error={of.error} again={again} part={part} />;
  return (
    <>
      {of.pause ? <Retrying pause={of.pause} again={again} part={part} /> : part || <Title unseen>{say("load.loading")}</Title>}
      <div class="stack late" aria-busy="true">{children}</div>
    </>
  );
}

function Retrying({ pause, again, part }: { pause: Pause & { untilS: number | null }; again: () => void; part: boolean }) {
  const left = pause.untilS === null || nowS.value === null ? pause.waitS : pause.untilS - nowS.value;
  const seconds = Math.max(1, Math.ceil(left));
  return (
    <div class="stack">
      {part || <Title failed>{say("load.failed")}</Title>}
      <Notice mood="wait" icon="offline" live="status">{say("load.retry", { attempt: pause.attempt, seconds })}</Notice>
      <Button kind="edge" icon="refresh" onPress={again}>{say("load.again")}</Button>
    </div>
  );
}

function Failed({ error, again, part }: { error: ApiError; again: () => void; part: boolean }) {
  const refused = error instanceof ProblemError;
  return (
    <div class="stack">
      {part || <Title failed>{refused ? say("load.refused") : say("load.failed")}</Title>}
      <Notice mood="stop" live="alert">{refused ? lineOf(error, language.value) : say("load.unreachable")}</Notice>
      {refused && reactionTo(error).kind === "final" ? (
        <Button href="#/">{say("wallet.find")}</Button>
      ) : (
        <Button icon="refresh" onPress={again}>{say("load.again")}</Button>
      )}
    </div>
  );
}

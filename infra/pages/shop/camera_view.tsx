// The camera's picture with its frame; or why there is none, what to do on this system, and the other ways to read.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Icon, type IconName } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { attach, camera, cameras, focus, focusable, freeze, light, otherCamera, start, torch, wasOn } from "./camera";
import { OneField } from "./parts";
import { tell, type ShopWord } from "./words";

const WHY: Record<"denied" | "none" | "busy" | "unable", [ShopWord, ShopWord]> = {
  denied: ["camera.denied", "camera.denied-said"],
  none: ["camera.none", "camera.none-said"],
  busy: ["camera.busy", "camera.busy-said"],
  unable: ["camera.unable", "camera.unable-said"],
};

interface Props {
  /** A code is read: the picture stands still. */
  read: boolean;
  /** Why the last text is none of the codes that are wanted. */
  wrong: string | null;
  /** Returns whether the text can be one. */
  take: (text: string) => boolean;
  /** Another code is wanted; null: not now. */
  again: (() => void) | null;
  /** In place of the picture and the ways to read. */
  instead?: ComponentChildren;
  typing: { label: string; hint: string; fault: string };
}

export function CameraView(props: Props) {
  const { read, wrong, again, instead } = props;
  const state = camera.value;
  useEffect(() => {
    // Never asked for by itself the first time, nor after a refusal.
    if (camera.value === "off" && wasOn()) void start();
  }, []);
  useEffect(() => freeze(read), [read]);
  return (
    <section class={`camera ${instead ? "off" : state} ${read ? "read" : ""}`} aria-label={tell("camera.label")}>
      {state === "on" && !instead && <Picture />}
      {read ? <Read again={again} /> : <Said {...props} />}
      <p class="unseen" role="status">{read ? tell("code.read") : (wrong ?? "")}</p>
    </section>
  );
}

function Picture() {
  const place = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    attach(place.current);
    return () => attach(null);
  }, []);
  return <video ref={place} muted playsInline aria-hidden="true" />;
}

/** The code is read: it stays until another one is wanted. */
function Read({ again }: Pick<Props, "again">) {
  return (
    <div class="read-mark">
      <Icon name="check" />
      <p>{tell("code.read")}</p>
      {again && <Button kind="quiet" onPress={again}>{tell("code.other")}</Button>}
    </div>
  );
}

function Said({ wrong, take, instead, typing: words }: Props) {
  const [typing, setTyping] = useState(false);
  const state = camera.value;
  if (instead) return <>{instead}</>;
  if (typing) return <TypedCode take={take} words={words} onDone={() => setTyping(false)} />;
  const byHand = <Tool icon="keypad" onPress={() => setTyping(true)}>{tell("code.type")}</Tool>;
  if (state === "on") {
    return (
      <>
        <div class="aim" aria-hidden="true" />
        <p class={wrong ? "hint wrong" : "hint"}>{wrong ?? tell("camera.aim")}</p>
        <div class="tools">
          {torch.value !== "none" && <Tool icon="light" pressed={torch.value === "on"} onPress={light}>{tell("camera.light")}</Tool>}
          {focusable.value && <Tool icon="refresh" onPress={focus}>{tell("camera.focus")}</Tool>}
          {cameras.value.length > 1 && <Tool icon="camera" onPress={otherCamera}>{tell("camera.other")}</Tool>}
          {byHand}
        </div>
      </>
    );
  }
  if (state === "off" || state === "asking") {
    return (
      <div class="stack ask">
        <p>{tell("camera.why")}</p>
        <Button kind="edge" icon="camera" busy={state === "asking"} onPress={() => void start()}>{tell("camera.start")}</Button>
        {wrong && <Notice mood="wait">{wrong}</Notice>}
        {byHand}
      </div>
    );
  }
  const [title, said] = WHY[state];
  return (
    <div class="stack ask">
      <Notice mood="stop" icon="camera" title={tell(title)} live="status">{state === "denied" ? tell(allowedBy()) : tell(said)}</Notice>
      {wrong && <Notice mood="wait">{wrong}</Notice>}
      <div class="tools">
        <Tool icon="refresh" onPress={start}>{tell("camera.again")}</Tool>
        {byHand}
      </div>
    </div>
  );
}

function Tool({ icon, pressed, onPress, children }: { icon: IconName; pressed?: boolean; onPress: () => unknown; children: string }) {
  return (
    <button type="button" class="switch" onClick={() => void onPress()} {...(pressed !== undefined && { "aria-pressed": pressed })}>
      <Icon name={icon} />
      {children}
    </button>
  );
}

/** How to allow the camera on this system. */
function allowedBy(): ShopWord {
  const system = navigator.userAgent;
  if (/iPhone|iPad/.test(system)) return "camera.denied-ios";
  if (/Android/.test(system)) return "camera.denied-android";
  return "camera.denied-said";
}

function TypedCode({ take, words, onDone }: Pick<Props, "take"> & { words: Props["typing"]; onDone: () => void }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <OneField look="stack ask" onSend={() => (take(text) ? onDone() : setWrong(true))}>
      <Field
        id="code"
        label={words.label}
        hint={words.hint}
        fault={wrong ? words.fault : undefined}
        value={text}
        onValue={setText}
        input={{ autocomplete: "off", autocapitalize: "off", spellcheck: false }}
      />
      <button type="submit" class="button">{tell("code.take")}</button>
      <Button kind="quiet" onPress={onDone}>{tell("act.back")}</Button>
    </OneField>
  );
}

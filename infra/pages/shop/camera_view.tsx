// The camera's picture with its frame; or why there is none, what to do on this system, and the other ways to read.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Icon, type IconName } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { attach, camera, cameras, focus, focusable, freeze, light, otherCamera, start, torch, wasOn } from "./camera";
import { OneField } from "./parts";
import { CODE, practising } from "./practice";
import { again, code, codeRead, foreign, phase } from "./sale";
import { tell, type ShopWord } from "./words";

const WHY: Record<"denied" | "none" | "busy" | "unable", [ShopWord, ShopWord]> = {
  denied: ["camera.denied", "camera.denied-said"],
  none: ["camera.none", "camera.none-said"],
  busy: ["camera.busy", "camera.busy-said"],
  unable: ["camera.unable", "camera.unable-said"],
};

export function CameraView() {
  const state = camera.value;
  useEffect(() => {
    // Never asked for by itself the first time, nor after a refusal.
    if (camera.value === "off" && wasOn()) void start();
  }, []);
  const read = code.value !== null;
  useEffect(() => freeze(read), [read]);
  return (
    <section class={`camera ${practising.value ? "off" : state} ${read ? "read" : ""}`} aria-label={tell("camera.label")}>
      {state === "on" && !practising.value && <Picture />}
      {read ? <Read /> : <Said />}
      <p class="unseen" role="status">{read ? tell("code.read") : foreign.value ? tell(foreignBy()) : ""}</p>
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
function Read() {
  return (
    <div class="read-mark">
      <Icon name="check" />
      <p>{tell("code.read")}</p>
      {!["sending", "holding"].includes(phase.value.at) && <Button kind="quiet" onPress={again}>{tell("code.other")}</Button>}
    </div>
  );
}

function Said() {
  const [typing, setTyping] = useState(false);
  const state = camera.value;
  if (practising.value) return <Practice />;
  if (typing) return <TypedCode onDone={() => setTyping(false)} />;
  const byHand = <Tool icon="keypad" onPress={() => setTyping(true)}>{tell("code.type")}</Tool>;
  if (state === "on") {
    return (
      <>
        <div class="aim" aria-hidden="true" />
        <p class={foreign.value ? "hint wrong" : "hint"}>{foreign.value ? tell(foreignBy()) : tell("camera.aim")}</p>
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
        {foreign.value && <Notice mood="wait">{tell(foreignBy())}</Notice>}
        {byHand}
      </div>
    );
  }
  const [title, said] = WHY[state];
  return (
    <div class="stack ask">
      <Notice mood="stop" icon="camera" title={tell(title)} live="status">{state === "denied" ? tell(allowedBy()) : tell(said)}</Notice>
      {foreign.value && <Notice mood="wait">{tell(foreignBy())}</Notice>}
      <div class="tools">
        <Tool icon="refresh" onPress={start}>{tell("camera.again")}</Tool>
        {byHand}
      </div>
    </div>
  );
}

/** The code is at hand, so a practice needs neither a customer nor a camera. */
function Practice() {
  return (
    <div class="stack ask">
      <p>{tell("practice.steps")}</p>
      {foreign.value && <Notice mood="wait">{tell(foreignBy())}</Notice>}
      <Button kind="edge" onPress={() => codeRead(CODE)}>{tell("practice.code")}</Button>
    </div>
  );
}

function foreignBy(): ShopWord {
  return practising.value ? "practice.real-code" : "code.foreign";
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

function TypedCode({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <OneField look="stack ask" onSend={() => (codeRead(text) ? onDone() : setWrong(true))}>
      <Field
        id="code"
        label={tell("code.field")}
        hint={tell("code.field-hint")}
        fault={wrong ? tell("code.field-fault") : undefined}
        value={text}
        onValue={setText}
        input={{ autocomplete: "off", autocapitalize: "off", spellcheck: false }}
      />
      <button type="submit" class="button">{tell("code.take")}</button>
      <Button kind="quiet" onPress={onDone}>{tell("act.back")}</Button>
    </OneField>
  );
}

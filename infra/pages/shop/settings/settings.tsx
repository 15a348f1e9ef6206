// What this device remembers: store, sound, hand; and signing out, which asks while sales wait.

import { useState } from "preact/hooks";
import { Button } from "../../shared/parts/button";
import { LanguageSwitch, ThemeSwitch } from "../../shared/parts/head";
import { Notice } from "../../shared/parts/notice";
import { large } from "../../shared/preferences";
import { say, titled } from "../../shared/words";
import { camera, cameras, otherCamera, start, stop } from "../camera";
import { Frame } from "../frame";
import { went } from "../place";
import { offered } from "../practice";
import { waiting } from "../queue";
import { practised } from "../sale";
import { book, chosen, merchant, signOut, store } from "../shop";
import { tell } from "../words";
import { say as own } from "./words";

export function SettingsScreen() {
  const stores = merchant.value?.stores ?? [];
  const late = merchant.value?.late_scans_per_day ?? 0;
  return (
    <Frame title={own("settings.title")}>
      <div class="groups">
        {stores.length > 1 && (
          <div class="field">
            <label for="store">{own("settings.store")}</label>
            <select id="store" value={store.value?.store_id ?? ""} onChange={(event) => (chosen.store.value = event.currentTarget.value)}>
              {stores.map((each) => (
                <option key={each.store_id} value={each.store_id}>{each.title ? titled(each.title).text : each.store_id}</option>
              ))}
            </select>
          </div>
        )}
        <fieldset class="field">
          <legend>{own("settings.device")}</legend>
          <label class="choice">
            <input type="checkbox" checked={chosen.sound.value} onChange={() => (chosen.sound.value = !chosen.sound.value)} />
            {own("settings.sound")}
          </label>
          <label class="choice">
            <input type="checkbox" checked={chosen.hand.value === "left"} onChange={() => (chosen.hand.value = chosen.hand.value === "left" ? "right" : "left")} />
            {own("settings.left-hand")}
          </label>
          <label class="choice">
            <input type="checkbox" checked={large.value} onChange={() => (large.value = !large.value)} />
            {say("size.large")}
          </label>
          <p class="note numbers">{own("settings.device-name", { name: book().device })}</p>
        </fieldset>
        <section class="stack">
          <h2>{tell("camera.label")}</h2>
          {cameras.value.length > 1 && <Button kind="edge" icon="camera" onPress={() => void otherCamera()}>{tell("camera.other")}</Button>}
          {camera.value === "on" ? (
            <Button kind="edge" onPress={stop}>{own("camera.stop")}</Button>
          ) : (
            <Button kind="edge" icon="camera" onPress={() => void start()}>{tell("camera.start")}</Button>
          )}
        </section>
        <section class="stack">
          <h2>{own("settings.look")}</h2>
          <ThemeSwitch />
          <div><LanguageSwitch /></div>
        </section>
        <section class="stack">
          <h2>{own("settings.late")}</h2>
          <p>{late > 0 ? own("settings.late-left", { count: merchant.value?.late_scans_left ?? 0, all: late }) : own("settings.late-none")}</p>
        </section>
        {offered.value && (
          <section class="stack">
            <h2>{own("practice.heading")}</h2>
            <p id="practice">{own("practice.offer")}</p>
            <Button kind="edge" describedBy="practice" onPress={() => { practised(true); went("#/"); }}>{own("practice.begin")}</Button>
          </section>
        )}
        <SigningOut />
      </div>
    </Frame>
  );
}

function SigningOut() {
  const [sure, setSure] = useState(false);
  const count = waiting.value.length;
  if (count === 0 || !sure) {
    return <Button kind="edge" icon="person" onPress={() => (count > 0 ? setSure(true) : signOut())}>{own("settings.sign-out")}</Button>;
  }
  return (
    <Notice mood="wait" title={own("settings.sign-out-sure", { count })} live="alert">
      <p>{own("settings.sign-out-said")}</p>
      <Button kind="edge" onPress={signOut}>{own("settings.sign-out")}</Button>
      <Button kind="quiet" onPress={() => setSure(false)}>{tell("act.back")}</Button>
    </Notice>
  );
}

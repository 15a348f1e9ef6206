// The fields of a prescription and of pick-up or delivery, in place of the keys.

import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/parts/button";
import { Field } from "../../shared/parts/field";
import { nothingStated, typed } from "../stated";
import { say, type StatedWord } from "./words";

const MODES: ["" | "pickup" | "delivery", StatedWord][] = [["", "stated.none"], ["pickup", "stated.pickup"], ["delivery", "stated.delivery"]];
const PLAIN = { autocomplete: "off", autocapitalize: "off", spellcheck: false, maxLength: 128 } as const;

export function StatedFields() {
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.querySelector("input")?.focus(), []);
  const { prescription, pharmacist, mode, ref } = typed.value;
  const change = (changes: Partial<typeof typed.value>) => (typed.value = { ...typed.value, ...changes });
  const half = (prescription.trim() === "") !== (pharmacist.trim() === "");
  const fault = half ? say("stated.both") : undefined;
  return (
    <section class="card stack" ref={place} aria-labelledby="stated">
      <h2 id="stated">{say("stated.title")}</h2>
      <p class="note">{say("stated.said")}</p>
      <Field id="prescription" label={say("stated.prescription")} fault={prescription.trim() ? undefined : fault} value={prescription} onValue={(value) => change({ prescription: value })} input={PLAIN} />
      <Field id="pharmacist" label={say("stated.pharmacist")} hint={say("stated.pharmacist-hint")} fault={pharmacist.trim() ? undefined : fault} value={pharmacist} onValue={(value) => change({ pharmacist: value })} input={PLAIN} />
      <fieldset class="field">
        <legend>{say("stated.mode")}</legend>
        {MODES.map(([each, word]) => (
          <label key={each} class="choice">
            <input type="radio" name="handover" checked={mode === each} onChange={() => change({ mode: each })} />
            {say(word)}
          </label>
        ))}
      </fieldset>
      {mode !== "" && (
        <Field id="handover" label={say("stated.ref")} fault={ref.trim() ? undefined : say("stated.ref-fault")} value={ref} onValue={(value) => change({ ref: value })} input={PLAIN} />
      )}
      <p class="note">{say("stated.kept")}</p>
      <Button kind="quiet" onPress={nothingStated}>{say("stated.close")}</Button>
    </section>
  );
}

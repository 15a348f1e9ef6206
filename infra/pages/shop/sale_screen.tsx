// The sale: camera above, amount below it, then the quote in place of the keys.

import { useEffect, useRef, useState } from "preact/hooks";
import { amountOf, digitsOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Icon } from "../shared/parts/icons";
import { language } from "../shared/words";
import { CameraView } from "./camera_view";
import { Frame } from "./frame";
import { typed } from "./money";
import { QuoteView } from "./quote_view";
import { amount, category, code, ownNumber, phase, tags, totalMinor } from "./sale";
import { channel, chosen, currency, merchant } from "./shop";
import { tell } from "./words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back"];

export function SaleScreen() {
  const [changing, setChanging] = useState(false);
  const now = phase.value.at;
  useEffect(() => {
    if (now === "entering") setChanging(false);
  }, [now]);
  const keys = changing || ["entering", "quoting"].includes(now);
  return (
    <Frame title={tell("sale.title")} quiet look={`sale hand-${chosen.hand.value}`}>
      <CameraView />
      <AmountField />
      {keys ? <Keypad /> : <QuoteView onChange={() => setChanging(true)} />}
      {keys && <p class="note next-step" role="status">{tell(stepOf(now))}</p>}
      {changing && now !== "quoting" && <Button kind="edge" onPress={() => setChanging(false)}>{tell("quote.show")}</Button>}
      {keys && <More />}
    </Frame>
  );
}

/** What is missing. */
function stepOf(now: string) {
  if (now === "quoting") return "sale.asking";
  if (totalMinor.value === null) return code.value === null ? "sale.both" : "sale.amount-missing";
  return "sale.code-missing";
}

function AmountField() {
  const place = useRef<HTMLInputElement>(null);
  const { sign, signFirst } = amountOf(0, currency.value, language.value);
  useEffect(() => {
    // A keyboard can type at once; a phone's own keys stay down: ours are below.
    if (matchMedia("(pointer: fine)").matches) place.current?.focus({ preventScroll: true });
  }, []);
  const changed = (text: string) => {
    const clean = text.replace(",", ".");
    const kept = [...clean].reduce((before, key) => typed(before, key, digitsOf(currency.value)), "");
    amount.value = kept;
    if (place.current && place.current.value !== kept) place.current.value = kept;
  };
  const mark = <span class="sign">{sign}</span>;
  return (
    <div class="amount-field">
      <label for="amount">{tell("sale.amount")}</label>
      <span class="typed">
        {signFirst && mark}
        <input
          id="amount"
          ref={place}
          inputMode="none"
          autocomplete="off"
          placeholder="0.00"
          value={amount.value}
          readOnly={["sending", "holding"].includes(phase.value.at)}
          onInput={(event) => changed(event.currentTarget.value)}
        />
        {!signFirst && mark}
      </span>
    </div>
  );
}

function Keypad() {
  const pressed = (key: string) => (amount.value = typed(amount.value, key, digitsOf(currency.value)));
  return (
    <div class="keypad" role="group" aria-label={tell("sale.keys")}>
      {KEYS.map((key) => (
        <button key={key} type="button" onClick={() => pressed(key)} {...(key === "back" && { "aria-label": tell("sale.erase") })}>
          {key === "back" ? <Icon name="back" /> : key}
        </button>
      ))}
    </div>
  );
}

/** What most sales do not need. */
function More() {
  const channels = merchant.value?.channels ?? [];
  return (
    <details class="more">
      <summary>{tell("more.title")}</summary>
      <div class="stack">
        <Field
          id="own-number"
          label={tell("more.number")}
          hint={tell("more.number-hint")}
          value={ownNumber.value}
          onValue={(value) => (ownNumber.value = value.replace(/[^A-Za-z0-9._-]/g, ""))}
          input={{ autocomplete: "off", maxLength: 64 }}
        />
        <Field
          id="category"
          label={tell("more.category")}
          hint={tell("more.category-hint")}
          value={category.value}
          onValue={(value) => (category.value = value.trim())}
          input={{ autocomplete: "off" }}
        />
        <Field
          id="tags"
          label={tell("more.tags")}
          hint={tell("more.tags-hint")}
          value={tags.value}
          onValue={(value) => (tags.value = value)}
          input={{ autocomplete: "off" }}
        />
        {channels.length > 1 && (
          <fieldset class="field">
            <legend>{tell("more.channel")}</legend>
            {channels.map((each) => (
              <label key={each} class="choice">
                <input type="radio" name="channel" checked={channel.value === each} onChange={() => (chosen.channel.value = each)} />
                {tell(each === "offline" ? "channel.offline" : "channel.online")}
              </label>
            ))}
          </fieldset>
        )}
      </div>
    </details>
  );
}

// The sale: camera above, amount below it, then the quote in place of the keys.

import { useEffect, useRef, useState } from "preact/hooks";
import { amountOf, digitsOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Icon } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { language } from "../shared/words";
import { CameraView } from "./camera_view";
import { Frame } from "./frame";
import { Later } from "./later";
import { textOf, typed } from "./money";
import { CODE, practising } from "./practice";
import { QuoteView } from "./quote_view";
import { again, amount, code, codeRead, foreign, ownNumber, phase, totalMinor } from "./sale";
import { itemAdded, items, itemsMinor } from "./items";
import { ItemsView } from "./items_view";
import { channel, chosen, currency, merchant } from "./shop";
import { stating } from "./stated";
import { slotCode } from "./venue";
import { tell } from "./words";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back"];

export function SaleScreen() {
  const [changing, setChanging] = useState(false);
  const now = phase.value.at;
  const several = items.value.length > 0;
  useEffect(() => {
    // While goods are typed one by one their quote waits until it is asked for.
    if (now === "entering" || stating.value) setChanging(several || stating.value);
  }, [now, several, stating.value]);
  const asking = ["entering", "quoting"].includes(now);
  const keys = changing || asking;
  return (
    <Frame title={tell("sale.title")} quiet look={`sale hand-${chosen.hand.value}`}>
      <Reading />
      <AtDoor />
      <AmountField />
      {keys && several && <ItemsView />}
      {keys && stating.value && <Later of={({ StatedFields }) => <StatedFields />} />}
      {keys ? !several && !stating.value && <Keypad /> : <QuoteView onChange={() => setChanging(true)} />}
      {keys && <p class="note next-step" role="status">{tell(stepOf(now))}</p>}
      {changing && !asking && <Button kind="edge" onPress={() => setChanging(false)}>{tell("quote.show")}</Button>}
      {keys && <More />}
    </Frame>
  );
}

function Reading() {
  const fixed = ["sending", "holding"].includes(phase.value.at);
  const wrong = foreign.value ? tell(practising.value ? "practice.real-code" : "code.foreign") : null;
  return (
    <CameraView
      read={code.value !== null}
      wrong={wrong}
      take={codeRead}
      again={fixed ? null : again}
      instead={practising.value && <Practice wrong={wrong} />}
      typing={{ label: tell("code.field"), hint: tell("code.field-hint"), fault: tell("code.field-fault") }}
    />
  );
}

/** The code is at hand, so a practice needs neither a customer nor a camera. */
function Practice({ wrong }: { wrong: string | null }) {
  return (
    <div class="stack ask">
      <p>{tell("practice.steps")}</p>
      {wrong && <Notice mood="wait">{wrong}</Notice>}
      <Button kind="edge" onPress={() => codeRead(CODE)}>{tell("practice.code")}</Button>
    </div>
  );
}

/** A slot's code is good, at the door. */
function AtDoor() {
  if (slotCode.value === null) return null;
  return (
    <Notice mood="note" title={tell("code.slot")} live="status">
      <Button kind="edge" href="#/door">{tell("code.to-door")}</Button>
    </Notice>
  );
}

/** What is missing, or what goes on. */
function stepOf(now: string) {
  if (now !== "entering" && now !== "quoting") return "sale.asked";
  if (now === "quoting") return "sale.asking";
  if (totalMinor.value === null && items.value.length > 0) return "items.incomplete";
  if (totalMinor.value === null) return code.value === null && !practising.value ? "sale.both" : "sale.amount-missing";
  return practising.value ? "practice.code" : "sale.code-missing";
}

function AmountField() {
  const place = useRef<HTMLInputElement>(null);
  const [digits, several] = [digitsOf(currency.value), items.value.length > 0];
  const { sign, signFirst } = amountOf(0, currency.value, language.value);
  useEffect(() => {
    // A keyboard can type at once; a phone's own keys stay down: ours are below.
    if (matchMedia("(pointer: fine)").matches) place.current?.focus({ preventScroll: true });
  }, []);
  const changed = (text: string) => {
    const clean = text.replace(",", ".");
    const kept = [...clean].reduce((before, key) => typed(before, key, digits), "");
    amount.value = kept;
    if (place.current && place.current.value !== kept) place.current.value = kept;
  };
  const mark = <span class="sign">{sign}</span>;
  const shown = !several ? amount.value : itemsMinor.value === null ? "" : textOf(itemsMinor.value, digits);
  return (
    <div class="amount-field">
      <label for="amount">{tell("sale.amount")}</label>
      <span class={shown.length > 7 ? "typed long" : "typed"}>
        {signFirst && mark}
        <input
          id="amount"
          ref={place}
          inputMode="none"
          autocomplete="off"
          placeholder="0.00"
          size={shown.length || 4}
          value={shown}
          readOnly={several || ["sending", "holding"].includes(phase.value.at)}
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
        {items.value.length === 0 && (
          <div>
            <Button kind="edge" describedBy="items-hint" onPress={() => itemAdded(amount.value)}>{tell("items.begin")}</Button>
            <p class="note" id="items-hint">{tell("items.hint")}</p>
          </div>
        )}
        {!stating.value && <Button kind="edge" onPress={() => (stating.value = true)}>{tell("more.stated")}</Button>}
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

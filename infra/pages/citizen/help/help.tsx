// What to do without a phone, or with somebody else's.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../../shared/parts/icons";
import { hotline } from "../app";
import { Frame, Hotline, Title } from "../frame";
import { say } from "./words";

export function Help() {
  return (
    <Frame back={{ href: "#/", name: say("season.all") }}>
      <div class="groups">
        <Title>{say("help.title")}</Title>
        <Way icon="person" title={say("help.counter")}>
          <ol class="steps">
            <li>{say("help.counter-bring")}</li>
            <li>{say("help.counter-claim")}</li>
            <li>{say("help.counter-print")}</li>
          </ol>
        </Way>
        <Way icon="code" title={say("help.sheet")}>
          <ol class="steps">
            <li>{say("help.sheet-show")}</li>
            <li>{say("help.sheet-pin")}</li>
            <li>{say("help.sheet-once")}</li>
          </ol>
          <p class="note">{say("help.sheet-lost")}</p>
        </Way>
        <Way icon="phone" title={say("help.family")}>
          <p>{say("help.family-how")}</p>
        </Way>
        {hotline.value && (
          <Way icon="ear" title={say("help.hotline")}>
            <Hotline />
          </Way>
        )}
      </div>
    </Frame>
  );
}

function Way({ icon, title, children }: { icon: IconName; title: string; children: ComponentChildren }) {
  return (
    <section class="card way">
      <h2><Icon name={icon} /> {title}</h2>
      {children}
    </section>
  );
}

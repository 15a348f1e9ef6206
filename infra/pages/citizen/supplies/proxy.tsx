// How somebody fetches for a person who cannot come: with the counter's printed sheet and its PIN.

import { Icon } from "../../shared/parts/icons";
import { Notice } from "../../shared/parts/notice";
import { Frame, Hotline, Title } from "../frame";
import { to } from "../place";
import { say } from "./words";

export function Proxy({ campaignId }: { campaignId: string }) {
  return (
    <Frame back={{ href: to("seasons", campaignId, "supplies"), name: say("supplies.title") }}>
      <div class="groups">
        <div class="stack">
          <Title>{say("proxy.title")}</Title>
          <p>{say("proxy.for-whom")}</p>
        </div>
        <section class="card way">
          <h2><Icon name="person" /> {say("proxy.print")}</h2>
          <ol class="steps">
            <li>{say("proxy.print-ask")}</li>
            <li>{say("proxy.print-claim")}</li>
            <li>{say("proxy.print-sheet")}</li>
          </ol>
        </section>
        <section class="card way">
          <h2><Icon name="shop" /> {say("proxy.fetch")}</h2>
          <ol class="steps">
            <li>{say("proxy.fetch-store")}</li>
            <li>{say("proxy.fetch-pin")}</li>
            <li>{say("proxy.fetch-once")}</li>
          </ol>
        </section>
        <Notice mood="wait" title={say("proxy.safe")}>
          <p>{say("proxy.safe-why")}</p>
        </Notice>
        <section class="stack">
          <h2>{say("proxy.where")}</h2>
          <p>{say("proxy.where-how")}</p>
          <Hotline />
        </section>
      </div>
    </Frame>
  );
}

// Where the line between drawn and not drawn lies, by share, for the winners and for each reserve.

import { momentOf } from "../../shared/figures";
import type { Draw } from "../../shared/lottery";
import { Digits } from "../../shared/parts/digits";
import { language, titled } from "../../shared/words";
import { say } from "./words";

export function Cutoffs({ draw, zone }: { draw: Draw; zone: string }) {
  if (draw.cohorts.length === 0) return null;
  const count = (value: number) => new Intl.NumberFormat(language.value).format(value);
  const moment = (at: string) => momentOf(at, zone, language.value);
  return (
    <section class="stack">
      <h2>{say("cutoff.title")}</h2>
      <p>{say("cutoff.why")}</p>
      {draw.cohorts.map((cohort) => (
        <div class="card stack" key={cohort.cohort}>
          <h3>{say(cohort.cohort === 1 ? "cutoff.first" : "cutoff.reserve", { number: cohort.cohort - 1 })}</h3>
          <p>{say("cutoff.admitted", { count: count(cohort.admitted), moment: moment(cohort.claim_by) })}</p>
          {cohort.claims !== null && <p>{say("cutoff.claims", { count: count(cohort.claims) })}</p>}
          {cohort.cutoffs.map(({ share, title, cutoff, winners }) => {
            const name = title ? titled(title) : { text: say("cutoff.share", { number: share }) };
            return (
              <div key={share}>
                <p {...("lang" in name && name.lang && { lang: name.lang })}>{name.text}</p>
                <p class="note">{say("cutoff.winners", { count: count(winners) })}</p>
                {cutoff ? <Digits hex={cutoff} /> : <p class="note">{say("cutoff.nobody")}</p>}
              </div>
            );
          })}
          {cohort.cutoff_rest && (
            <div>
              <p>{say(cohort.cutoffs.length > 0 ? "cutoff.rest" : "cutoff.all")}</p>
              <Digits hex={cohort.cutoff_rest} />
            </div>
          )}
        </div>
      ))}
    </section>
  );
}

// What several of these screens show.

import { Address } from "../address";
import { Title } from "../frame";
import { whereOf, type Bookable } from "./catalogue";
import { say } from "./words";

/** Where it is: the venue with its district, the address as a link to the phone's map. */
export function Where({ of }: { of: Bookable }) {
  const { venue } = of;
  if (!venue) return null;
  return (
    <div class="note where">
      <p>{whereOf(of)}</p>
      {venue.address && <p><Address of={venue.address} geo={venue.geo} marked /></p>}
      {venue.accessible && <p>{say("places.accessible")}</p>}
    </div>
  );
}

/** Nothing of this name is booked by slot. */
export function Missing() {
  return (
    <div class="stack">
      <Title failed>{say("slot.missing")}</Title>
      <p>{say("slot.missing-why")}</p>
    </div>
  );
}

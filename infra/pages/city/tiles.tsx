// The districts as tiles where they lie on the map: one hue, five steps, the number in each.

import places from "../shared/places.json";
import { language } from "../shared/words";
import map from "./districts.json";
import { stepOf } from "./stats";

const NAMES: Record<string, Record<"zh" | "en", string>> = places.districts;
const PLACES: Record<string, string> = map;

export function districtName(district: string): string {
  return NAMES[district]?.[language.value] ?? district;
}

interface Props {
  numbers: { district: string; value: number }[];
  shown: (value: number) => string;
}

/** All districts of the city, once one of them has a number; those that are on no map come after them. */
export function Tiles({ numbers, shown }: Props) {
  const values = new Map(numbers.map(({ district, value }) => [district, value]));
  const isOnMap = numbers.some(({ district }) => district in PLACES);
  const counted = [...values.values()];
  const all = [...new Set([...(isOnMap ? Object.keys(PLACES) : []), ...values.keys()])];
  return (
    <ul class={isOnMap ? "tiles map" : "tiles"}>
      {all.map((district) => {
        const value = values.get(district) ?? 0;
        return (
          <li key={district} class={`step-${stepOf(value, counted)} ${PLACES[district] ?? ""}`}>
            <span>{districtName(district)}</span>
            <b class="numbers">{shown(value)}</b>
          </li>
        );
      })}
    </ul>
  );
}

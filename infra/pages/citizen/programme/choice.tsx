// Which day and which district: days to press, and a field for each. Nothing has to be swiped.

import { useState } from "preact/hooks";
import { Field } from "../../shared/parts/field";
import { Icon } from "../../shared/parts/icons";
import { Choice } from "../choice";
import { laterBy } from "../days";
import { nameOf } from "../terms";
import { isDay, partsOf } from "./days";
import { say } from "./words";

/** Days that are shown to press. */
const SHOWN = 6;

interface DaysProps {
  day: string;
  today: string;
  first: string;
  last: string;
  onDay: (day: string) => void;
}

export function Days({ day, today, first, last, onDay }: DaysProps) {
  const [from, setFrom] = useState(day);
  const start = from <= day && day < laterBy(from, SHOWN) ? from : day;
  const moved = (to: string) => {
    setFrom(to);
    onDay(to);
  };
  const days = Array.from({ length: SHOWN }, (_, at) => laterBy(start, at)).filter((one) => one <= last || one === day);
  const before = laterBy(start, -SHOWN);
  const after = laterBy(start, SHOWN);
  return (
    <div class="days" role="group" aria-label={say("activities.days")}>
      {start > first && (
        <button key="before" type="button" class="switch" onClick={() => moved(before < first ? first : before)}>
          <Icon name="back" /><span>{say("activities.earlier")}</span>
        </button>
      )}
      {days.map((one) => {
        const [weekday, date] = partsOf(one, today);
        return (
          <button key={one} type="button" class="switch" aria-pressed={one === day} onClick={() => onDay(one)}>
            <span>{weekday}</span> <span>{date}</span>
          </button>
        );
      })}
      {after <= last && (
        <button key="after" type="button" class="switch" onClick={() => moved(after)}>
          <Icon name="next" /><span>{say("activities.later")}</span>
        </button>
      )}
    </div>
  );
}

interface FieldsProps extends Omit<DaysProps, "today"> {
  district: string;
  districts: string[];
  onDistrict: (district: string) => void;
}

export function Fields({ day, first, last, onDay, district, districts, onDistrict }: FieldsProps) {
  return (
    <div class="fields">
      <Choice
        id="district"
        label={say("activities.district")}
        all={say("activities.everywhere")}
        of={districts}
        named={(one) => nameOf("districts", one)}
        chosen={district}
        onChosen={onDistrict}
      />
      <Field
        id="day"
        label={say("activities.day")}
        value={day}
        input={{ type: "date", min: first, max: last }}
        onValue={(wanted) => isDay(wanted) && first <= wanted && wanted <= last && onDay(wanted)}
      />
    </div>
  );
}

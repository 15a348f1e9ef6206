// What the city announces, where it wants it shown: alerts first.

import { useEffect, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { Drawing, sectionOf } from "../shared/parts/drawings";
import { Notice } from "../shared/parts/notice";
import { epochS } from "../shared/server_time";
import { titled } from "../shared/words";
import { announcementsOf, type Announcement } from "./catalogue";
import { say } from "./words";

/** So many are shown at once; the others after a press. */
const AT_ONCE = 2;

interface Props {
  campaignIds: string[];
  /** Whether what has this placement belongs here. */
  here: (placement: string) => boolean;
}

/** Nothing where nothing is announced, and where nobody knows. */
export function Announced({ campaignIds, here }: Props) {
  const [read, setRead] = useState<Announcement[]>([]);
  useEffect(() => {
    let gone = false;
    void Promise.all(campaignIds.map((id) => announcementsOf(id).catch(() => []))).then((found) => gone || setRead(found.flat()));
    return () => {
      gone = true;
    };
  }, [campaignIds.join()]);
  const now = nowS.value ?? 0;
  const shown = read.filter(({ placement, starts_at, ends_at }) => here(placement) && epochS(starts_at) <= now && now < epochS(ends_at));
  if (campaignIds.length > 1) shown.sort((a, b) => rank(b) - rank(a));
  const items = shown.map((one) => <li key={one.announcement_id}><Item of={one} /></li>);
  if (items.length === 0) return null;
  return (
    <section class="stack" aria-label={say("announced.title")}>
      <ul class="stack">{items.slice(0, AT_ONCE)}</ul>
      {items.length > AT_ONCE && (
        <details>
          <summary>{say("announced.more", { count: items.length - AT_ONCE })}</summary>
          <ul class="stack">{items.slice(AT_ONCE)}</ul>
        </details>
      )}
    </section>
  );
}

/** As the stack orders those of one campaign. */
function rank({ kind, priority }: Announcement): number {
  return (kind === "alert" ? 1_000 : 0) + priority;
}

function Item({ of: { kind, title, body, image, link } }: { of: Announcement }) {
  const { text, lang } = titled(title);
  const more = body && titled(body);
  const href = safe(link);
  const inside = href ? <a href={href} rel="noopener">{text}</a> : text;
  const said = more && <p {...(more.lang && { lang: more.lang })}>{more.text}</p>;
  if (kind === "banner" && image) {
    const file = image.startsWith("/media/");
    return (
      <div class={`card banner-of tint-${sectionOf(image)}`}>
        {/* Its words are the title. */}
        {file ? <img src={image} alt="" loading="lazy" /> : <Drawing section={sectionOf(image)} />}
        <p class="title" {...(lang && { lang })}>{inside}</p>
        {said}
      </div>
    );
  }
  const alert = kind === "alert";
  return (
    <Notice mood={alert ? "wait" : "note"} icon={alert ? "bell" : "info"} name={say(alert ? "announced.alert" : "announced.one")} title={<span {...(lang && { lang })}>{inside}</span>}>
      {said}
    </Notice>
  );
}

/** The stack gives https and our own paths alone; nothing else becomes a link. */
export function safe(link: string | null): string | null {
  return link && /^(https:\/\/|\/(?!\/))/.test(link) ? link : null;
}

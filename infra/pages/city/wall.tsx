// For a screen on a wall: no pointer, letters to be read from four metres, dark. It goes round by itself, and a key or
// a button stops it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nowS } from "../shared/clock";
import { theme } from "../shared/preferences";
import type { Schema } from "../shared/routes";
import { useSeason } from "./board";
import { AsOf, Claimed, HandedOut, Name, StatusChip, Title, Waiting } from "./parts";
import { boardHref } from "./place";
import { Release } from "./release";
import { releaseOf } from "./stats";
import { totalsOf } from "./batches";
import { Districts, Leverage, TotalFigures, useStats } from "./totals";
import { count, say, share } from "./words";

type View = Schema<"CampaignView">;

const EACH_S = 15;

export function Wall({ campaignId }: { campaignId: string }) {
  const read = useSeason(campaignId);
  useWallLook();
  if (read.value === null) {
    return (
      <>
        <Title text={say("wall.title")} />
        <Waiting read={read} />
      </>
    );
  }
  return <Round season={read.value} asOfS={read.asOfS} />;
}

/** Dark and large, while this is shown: nothing of it is remembered. */
function useWallLook(): void {
  useEffect(() => {
    const root = document.documentElement;
    root.setAttribute("data-wall", "");
    root.setAttribute("data-theme", "dark");
    return () => {
      root.removeAttribute("data-wall");
      if (theme.value === "auto") root.removeAttribute("data-theme");
      else root.setAttribute("data-theme", theme.value);
    };
  }, []);
}

function Round({ season, asOfS }: { season: View; asOfS: number | null }) {
  const [turn, setTurn] = useState(0);
  const [stopped, setStopped] = useState(false);
  const release = releaseOf(season.batches, nowS.value ?? 0);
  const byDistrict = useStats(season.campaign_id, "district");
  const byTag = useStats(season.campaign_id, "tag");
  useEffect(() => {
    if (stopped) return;
    const timer = setInterval(() => setTurn((before) => before + 1), EACH_S * 1000);
    return () => clearInterval(timer);
  }, [stopped]);
  useEffect(() => {
    const pressed = ({ key }: KeyboardEvent) => {
      if (key === "Escape") location.hash = boardHref(season.campaign_id);
      if (key === "ArrowRight") setTurn((before) => before + 1);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  const views: ComponentChildren[] = [
    <Handed season={season} asOfS={asOfS} />,
    ...(byDistrict.value ? [<><Leverage stats={byDistrict.value} /><TotalFigures stats={byDistrict.value} byTag={byTag.value} /></>, <Districts stats={byDistrict.value} fixed />] : []),
    <Batches season={season} />,
  ];
  return (
    <section class="wall">
      <p class="wall-keys">
        <button type="button" class="switch" aria-pressed={stopped} onClick={() => setStopped(!stopped)}>{say("wall.stop")}</button>
        <a class="switch" href={boardHref(season.campaign_id)}>{say("wall.leave")}</a>
      </p>
      <p class="overline"><Name title={season.title} /></p>
      {!release && <Title text={say("wall.title")} />}
      {release ? <Release season={season} batch={release} /> : views[turn % views.length]}
    </section>
  );
}

function Handed({ season, asOfS }: { season: View; asOfS: number | null }) {
  const { quantity, remaining, claimed, open } = totalsOf(season.batches);
  return (
    <>
      <p class="sentence">{say("board.sentence", { claimed: count(claimed), left: share(remaining, quantity), open: count(open) })}</p>
      <AsOf asOfS={asOfS} local={season} />
      <dl class="figures">
        <Claimed quantity={quantity} remaining={remaining} note={say("board.about")} />
      </dl>
    </>
  );
}

/** What can be read at once: the latest. */
const BATCHES_MAX = 5;

function Batches({ season }: { season: View }) {
  const latest = [...season.batches].sort((a, b) => Date.parse(b.opens_at) - Date.parse(a.opens_at)).slice(0, BATCHES_MAX);
  return (
    <ul class="lines">
      {latest.map((one) => (
        <li key={one.batch_id} class="line">
          <p class="what"><Name title={one.title} /></p>
          <div><StatusChip status={one.status} /></div>
          <HandedOut quantity={one.quantity} remaining={one.remaining} />
        </li>
      ))}
    </ul>
  );
}

// Today's sheet: what a mayor's office prints, on one A4 page. On the screen it is what will be printed.

import { dayOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { language, titled } from "../shared/words";
import type { Schema } from "../shared/routes";
import { byOpening } from "./batches";
import { Name, StatusChip, Table, Title, Waiting } from "./parts";
import { boardHref } from "./place";
import { useSeason } from "./board";
import { api } from "./stack";
import { dayStartS } from "./stats";
import { Districts, Leverage, TotalFigures, useStats } from "./totals";
import { count, moment, say, share } from "./words";

type View = Schema<"CampaignView">;

export function Today({ campaignId }: { campaignId: string }) {
  const read = useSeason(campaignId);
  if (read.value === null) {
    return (
      <>
        <Title text={say("today.title")} />
        <Waiting read={read} />
      </>
    );
  }
  return <Sheet season={read.value} readS={read.asOfS ?? api.time.nowS()} />;
}

function Sheet({ season, readS }: { season: View; readS: number }) {
  const fromS = dayStartS(readS, season.timezone);
  const today = useStats(season.campaign_id, "district", { fromS });
  const byTag = useStats(season.campaign_id, "tag", { fromS });
  return (
    <article class="sheet-a4">
      <p class="unprinted"><a class="back" href={boardHref(season.campaign_id)}>{say("board.title")}</a></p>
      <p class="overline"><Name title={season.title} /></p>
      <Title text={say("today.of", { day: dayOf(fromS, season.timezone, language.value) })} />
      <p class="note">{say("today.as-of", { at: moment(readS, season) })}</p>
      {today.value ? (
        <>
          <Leverage stats={today.value} />
          <TotalFigures stats={today.value} byTag={byTag.value} />
          <Batches season={season} />
          <Districts stats={today.value} fixed />
        </>
      ) : (
        <Waiting read={today} lines={8} />
      )}
      <p class="note">{say("today.explained")}</p>
      <div class="narrow unprinted"><Button kind="act" icon="list" onPress={() => print()}>{say("today.print")}</Button></div>
    </article>
  );
}

function Batches({ season }: { season: View }) {
  const rows = byOpening(season.batches).map((one) => [
    titled(one.title).text,
    moment(one.opens_at, season),
    <StatusChip status={one.status} />,
    count(one.quantity - one.remaining),
    share(one.remaining, one.quantity),
  ]);
  const head = [say("board.batches"), say("today.opens"), say("today.state"), say("board.claimed"), say("today.left")];
  return <Table caption={say("board.batches")} head={head} rows={rows} />;
}

// What is published of a draw, to download. Each file's name is its SHA-256, so a changed file has another name.

import { fileHref, type Draw, type DrawFile } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Icon } from "../../shared/parts/icons";
import { language } from "../../shared/words";
import { useLoaded, Waiting } from "../loaded";
import { useState } from "preact/hooks";
import { drawOf } from "./reading";
import { say, type Word } from "./words";

const KINDS: Record<DrawFile["kind"], Word> = {
  rules: "file.rules",
  commitment: "file.commitment",
  part: "file.part",
  scores: "file.scores",
  final: "file.final",
};

export function Files({ draw, batchId }: { draw: Draw; batchId: string }) {
  const [parts, setParts] = useState(false);
  const shown = draw.files.filter(({ kind }) => kind !== "part" || parts);
  if (draw.files.length === 0) return null;
  return (
    <section class="stack">
      <h2>{say("file.title")}</h2>
      <p class="note">{say("file.named")}</p>
      <ul>{shown.map((file) => <File key={file.name} file={file} batchId={batchId} />)}</ul>
      {draw.commitment && (parts ? <Parts batchId={batchId} /> : <Button kind="edge" icon="list" onPress={() => setParts(true)}>{say("file.parts")}</Button>)}
    </section>
  );
}

/** The list in its 256 parts, which are many. */
function Parts({ batchId }: { batchId: string }) {
  const [loaded, again] = useLoaded(async (call) => (await drawOf(batchId, call, "parts")).files.filter(({ kind }) => kind === "part"), [batchId]);
  return (
    <>
      <Waiting of={loaded} again={again} part><div class="skeleton line" /></Waiting>
      {loaded.state === "read" && <ul>{loaded.value.map((file) => <File key={`${file.number}`} file={file} batchId={batchId} />)}</ul>}
    </>
  );
}

function File({ file: { name, kind, number, count }, batchId }: { file: DrawFile; batchId: string }) {
  const facts = { number: number ?? 0, count: new Intl.NumberFormat(language.value).format(count ?? 0) };
  return (
    <li>
      <a class="row" href={fileHref(batchId, name)} download>
        <Icon name="download" /> <span>{say(KINDS[kind], facts)} <span class="note">{name.slice(0, 8)}…</span></span>
      </a>
    </li>
  );
}

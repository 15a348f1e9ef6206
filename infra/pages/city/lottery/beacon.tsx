// The public number of a draw: pasted by hand, checked by the stack, and taken once.

import { useState } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { nowS } from "../../shared/clock";
import type { Draw } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { Failure } from "../parts";
import { api, noticed } from "../stack";
import { moment, type Local } from "../words";
import { signatureIn } from "./signature";
import { tell } from "./words";

interface Props {
  draw: Draw;
  batchId: string;
  local: Local;
  again: () => void;
}

const LENGTH = 96;

export function BeaconForm({ draw, batchId, local, again }: Props) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const { beacon } = draw;
  if (beacon) {
    const by = tell(beacon.by === "partner" ? "by.partner" : beacon.by === "local" ? "by.local" : "by.operator");
    return (
      <Notice mood="done" live="status" title={tell("beacon.done")}>
        <p>{tell("beacon.done-said", { round: beacon.round, moment: moment(beacon.received_at, local), by })}</p>
      </Notice>
    );
  }
  if (!draw.commitment || draw.end || nowS.value === null || nowS.value < epochS(draw.at)) return null;
  const signature = signatureIn(text);
  const send = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const call = { path: { batch_id: batchId }, body: { round: draw.round, signature } };
      await api.call("PUT /admin/batches/{batch_id}/draw", call);
    } catch (error) {
      setFailure(noticed(error));
    }
    setBusy(false);
    again();
  };
  return (
    <div class="card stack">
      <h3>{tell("beacon.title")}</h3>
      <p>{tell("beacon.where", { round: draw.round })}</p>
      {draw.chain === "quicknet" && <p><code>{tell("beacon.address", { chain: draw.chain_hash, round: draw.round })}</code></p>}
      {draw.chain === "local" && <p class="note">{tell("beacon.local", { round: draw.round })}</p>}
      <div class="field">
        <label for="signature">{tell("beacon.signature")}</label>
        <p class="hint note" id="signature-hint">{tell("beacon.length", { length: signature.length, all: LENGTH })}</p>
        <textarea id="signature" rows={3} spellcheck={false} autocomplete="off" aria-describedby="signature-hint" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      {failure && <Failure failure={failure} />}
      <div class="narrow"><Button kind="act" busy={busy || signature.length !== LENGTH} onPress={() => void send()}>{tell(busy ? "beacon.checking" : "beacon.send")}</Button></div>
      <p class="note">{tell("beacon.once")}</p>
    </div>
  );
}

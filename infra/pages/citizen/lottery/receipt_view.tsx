// A receipt as a person has it in hand: what it proves in one sentence, its number, and how to keep it.

import { useEffect, useState } from "preact/hooks";
import { momentOf } from "../../shared/figures";
import type { Receipt } from "../../shared/lottery";
import { Button } from "../../shared/parts/button";
import { Copy, Digits } from "../../shared/parts/digits";
import { Icon } from "../../shared/parts/icons";
import { Notice } from "../../shared/parts/notice";
import { saved } from "../../shared/saving";
import { language } from "../../shared/words";
import { Hotline } from "../frame";
import { Fact } from "../pack";
import { isGenuine, keep, textOf } from "./receipts";
import { say } from "./words";

interface Props {
  batchId: string;
  receipt: Receipt;
  /** Published with the batch; null: it is not known. */
  publishedKey: string | null;
  zone: string;
}

export function ReceiptView({ batchId, receipt, publishedKey, zone }: Props) {
  const [genuine, setGenuine] = useState<boolean | null>(null);
  const [other, setOther] = useState<Receipt | null>(null);
  const key = publishedKey ?? receipt.receipt_key;
  useEffect(() => {
    setOther(keep(batchId, receipt));
    let gone = false;
    isGenuine(batchId, receipt, key).then((found) => gone || setGenuine(found), () => gone || setGenuine(null));
    return () => {
      gone = true;
    };
  }, [receipt.signature, key]);
  const text = textOf(batchId, receipt);
  const moment = momentOf(receipt.booked_at_s, zone, language.value);
  return (
    <section class="card stack" aria-label={say("receipt.title")}>
      <h2>{say("receipt.title")}</h2>
      <p>{say("receipt.proves", { moment })}</p>
      <dl class="rows">
        <Fact name={say("receipt.entry")}><Digits hex={receipt.entry} /></Fact>
        <Fact name={say("receipt.at")}><span class="numbers">{moment}</span></Fact>
        {receipt.weight > 1 && <Fact name={say("receipt.weight")}>{say("receipt.weight-said", { weight: receipt.weight })}</Fact>}
      </dl>
      {genuine === true && <p class="shop"><Icon name="check" /> {say("receipt.genuine")}</p>}
      {genuine === false && <Wrong title={say("receipt.forged")} />}
      {other && <Wrong title={say("receipt.other")} />}
      <p class="note">{say("receipt.kept")}</p>
      <Button kind="edge" icon="download" onPress={() => saved(fileName(batchId, receipt), new Blob([text], { type: "application/json" }))}>
        {say("receipt.save")}
      </Button>
      <Copy text={text} words={{ copy: say("receipt.copy"), copied: say("copy.done"), byHand: say("copy.by-hand") }} />
    </section>
  );
}

function Wrong({ title }: { title: string }) {
  return <Notice mood="stop" live="alert" title={title}><p>{say("receipt.wrong-then")}</p><Hotline /></Notice>;
}

/** Its first digits keep the files of a family apart. */
function fileName(batchId: string, { entry }: Receipt): string {
  return `receipt-${batchId}-${entry.slice(0, 8)}.json`;
}

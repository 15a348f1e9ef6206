import { signal } from "@preact/signals";
import { render } from "preact";

import type { components } from "../shared/contract";
import "./style.css";

type Schemas = components["schemas"];
type Campaign = Schemas["CampaignView"];
type Title = Campaign["title"];
type Shown = { state: "loading" } | { state: "failed" } | { state: "read"; campaigns: Campaign[] };

const language = navigator.languages.some((tag) => tag.startsWith("zh")) ? "zh" : "en";
const words = {
  zh: { name: "消费季", loading: "正在读取…", failed: "连不上。", again: "再试一次", none: "现在没有活动。", opens: (time: string) => `${time}开始`, zone: "时区" },
  en: { name: "Coupon season", loading: "Loading…", failed: "No connection.", again: "Try again", none: "There is no season now.", opens: (time: string) => `opens ${time}`, zone: "time zone" },
}[language];
const shown = signal<Shown>({ state: "loading" });

async function read(): Promise<void> {
  shown.value = { state: "loading" };
  try {
    const { campaigns } = await fetched<Schemas["CampaignList"]>("/campaigns");
    const read = await Promise.all(campaigns.map(({ campaign_id }) => fetched<Campaign>(`/campaigns/${campaign_id}`)));
    shown.value = { state: "read", campaigns: read };
  } catch {
    shown.value = { state: "failed" };
  }
}

async function fetched<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function text(title: Title): string {
  return typeof title === "string" ? title : (title[language] ?? title.zh ?? title.en ?? "");
}

function time(moment: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone }).format(new Date(moment));
}

function Season({ campaign }: { campaign: Campaign }) {
  const batches = [...campaign.batches].sort((a, b) => Date.parse(a.opens_at) - Date.parse(b.opens_at));
  return (
    <section>
      <h2>{text(campaign.title)}</h2>
      <p class="note">
        {words.zone}: {campaign.timezone}
      </p>
      <ul>
        {batches.map((batch) => (
          <li key={batch.batch_id}>
            {text(batch.title)}
            <span class="note">
              <time dateTime={batch.opens_at}>{words.opens(time(batch.opens_at, campaign.timezone))}</time>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Page() {
  const now = shown.value;
  return (
    <main>
      <h1>{words.name}</h1>
      {now.state === "loading" && <p role="status">{words.loading}</p>}
      {now.state === "failed" && (
        <p role="alert">
          {words.failed} <button onClick={read}>{words.again}</button>
        </p>
      )}
      {now.state === "read" && now.campaigns.length === 0 && <p>{words.none}</p>}
      {now.state === "read" && now.campaigns.map((campaign) => <Season key={campaign.campaign_id} campaign={campaign} />)}
    </main>
  );
}

document.documentElement.lang = language;
document.title = words.name;
render(<Page />, document.getElementById("app")!);
void read();

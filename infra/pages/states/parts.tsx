// Every part in every state, for tests and pictures. `?lang=`, `?theme=` choose as on any page.

import { render } from "preact";
import { useState } from "preact/hooks";
import { nowS, ticking } from "../shared/clock";
import { momentOf, zoneOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Countdown } from "../shared/parts/countdown";
import { Drawing, SECTIONS } from "../shared/parts/drawings";
import { Faults, Field } from "../shared/parts/field";
import { Head, Offline, Skip, ThemeSwitch } from "../shared/parts/head";
import { Chip, Notice } from "../shared/parts/notice";
import { Qr, Renewal, grouped } from "../shared/parts/qr";
import { Sheet } from "../shared/parts/sheet";
import { Tabs } from "../shared/parts/tabs";
import { Amount, Ticket, offOf } from "../shared/parts/ticket";
import { preferencesOf } from "../shared/preferences";
import { ServerTime } from "../shared/server_time";
import { language } from "../shared/words";
import "../shared/style.css";

const OPENING = "2020-06-06T10:00:00+08:00";
const ZONE = "Asia/Shanghai";
const CODE = "c1.Qm9va2xldC1mb3ItdGhlLXNlYXNvbi1vZi0yMDIw.aGVsbG8tc2Vhc29u";
const time = new ServerTime(() => performance.now() / 1000);
time.learn(new Date(Date.parse(OPENING) - 75_000).toUTCString(), null, performance.now() / 1000, performance.now() / 1000);
const t = (zh: string, en: string) => (language.value === "zh" ? zh : en);

function Tickets() {
  return (
    <section class="stack">
      <h2>{t("票", "Tickets")}</h2>
      <Ticket section="taste" stub={<Amount minor={1_000} currency="CNY" short />} title={offOf(5_000, 1_000, "CNY")} count={3}>
        <p class="note">{t("餐饮 · 领后 14 天", "Restaurants · 14 days after the claim")}</p>
      </Ticket>
      <Ticket section="night" stub={<Amount minor={12_345_678} currency="CNY" />} title={t("夜京城大额券", "Night of the capital: the longest name that a coupon in this season has been given")} href="#wallet">
        <p class="note">{t("周五周六 18:00–次日 02:00", "Fri and Sat, 18:00 to 02:00")}</p>
      </Ticket>
      <Ticket section="coupons" stub={<Amount minor={2_000} currency="CNY" short />} title={offOf(10_000, 2_000, "CNY")} seal={t("已领", "Claimed")} torn>
        <p class="note"><time dateTime={OPENING}>{momentOf("2020-06-20T10:00:00+08:00", ZONE, language.value)}</time> {t("前可用", "at the latest")}</p>
      </Ticket>
      <Ticket stub={<Amount minor={500} currency="CNY" short />} title={offOf(2_000, 500, "CNY")} seal={t("已用", "Used")} over>
        <p class="note">{t("前门小馆", "Qianmen Kitchen")}</p>
      </Ticket>
    </section>
  );
}

function Notices() {
  return (
    <section class="stack">
      <h2>{t("说明", "Notices")}</h2>
      <Notice mood="done" title={t("已领到", "Claimed")}>{t("三张券在您的券包里。", "Three coupons are in your wallet.")}</Notice>
      <Notice mood="wait" title={t("暂已发完", "All handed out for now")}>{t("未领走的可能在 10:04 放回。", "Some may return at 10:04.")}</Notice>
      <Notice mood="stop" title={t("已全部领完", "All packs are gone")}>
        {t("下一批：", "The next one: ")}<a href="#next">{momentOf("2020-06-13T10:00:00+08:00", ZONE, language.value)}</a>
      </Notice>
      <Notice>{t("打开前 10 分钟内可以让页面替您领取。", "In the last ten minutes this page can claim for you.")}</Notice>
      <p>
        <Chip mood="done">{t("可用", "Valid")}</Chip> <Chip mood="wait">{t("还有 2 天", "2 days left")}</Chip>{" "}
        <Chip mood="stop">{t("已作废", "Void")}</Chip> <Chip mood="note">{t("未开始", "Not yet")}</Chip>
      </p>
    </section>
  );
}

function Controls() {
  const [amount, setAmount] = useState("");
  const [tab, setTab] = useState("available");
  const [open, setOpen] = useState(false);
  const fault = t("请填写金额，例如 60.00。", "Enter the amount, for example 60.00.");
  return (
    <section class="stack">
      <h2>{t("操作", "Controls")}</h2>
      <div class="buttons">
        <Button kind="act">{t("10:00 替我领", "Claim for me at 10:00")}</Button>
        <Button icon="check">{t("核销并收 40.00 元", "Redeem and take ¥40.00")}</Button>
        <Button kind="edge" icon="calendar" onPress={() => setOpen(true)}>{t("加入日历", "Add to the calendar")}</Button>
        <Button busy>{t("正在领取…", "Claiming …")}</Button>
        <Button kind="quiet">{t("撤销", "Undo")}</Button>
      </div>
      <Tabs
        label={t("券", "Coupons")}
        chosen={tab}
        onChosen={setTab}
        tabs={[
          { id: "available", label: t("可用", "Valid"), count: 3 },
          { id: "used", label: t("已用", "Used"), count: 12 },
          { id: "expired", label: t("已过期", "Expired"), count: 0 },
        ]}
      >
        <p>{t("没有更多的券。", "There are no further coupons.")}</p>
      </Tabs>
      <Faults faults={{ "amount-wrong": fault }} />
      <Field id="amount-wrong" label={t("金额", "Amount")} fault={fault} value={amount} onValue={setAmount} input={{ inputMode: "decimal" }} />
      <Field id="order" label={t("单号", "Order number")} hint={t("可以改成您收银机上的单号。", "You can enter the number of your till.")} value="20200606-a7-0001" onValue={() => undefined} />
      {open && (
        <Sheet title={t("加入日历", "Add to the calendar")} onClose={() => setOpen(false)}>
          <div class="buttons"><Button icon="download" onPress={() => setOpen(false)}>{t("下载日历文件", "Download the file")}</Button></div>
        </Sheet>
      )}
    </section>
  );
}

function Code() {
  return (
    <section class="stack">
      <h2>{t("券码", "Code")}</h2>
      <div class="code">
        <Qr text={CODE} label={t("二维码：满50元减10元", "QR code: spend ¥50, pay ¥10 less")} />
        <Renewal leftS={43} wholeS={60} />
        <p class="note">{grouped(CODE)}</p>
      </div>
    </section>
  );
}

function Drawings() {
  return (
    <section class="stack">
      <h2>{t("图", "Drawings")}</h2>
      {SECTIONS.map((section) => (
        <div class={`card tint-${section}`} key={section}>
          <Drawing section={section} />
          <h3>{t("开幕与好券", "Opening and coupons")}</h3>
          <p class="note">{t("6月6日起", "From 6 June")}</p>
        </div>
      ))}
      <div class="skeleton ticket" />
    </section>
  );
}

function Parts() {
  const zone = zoneOf(ZONE, language.value);
  const waits = (nowS.value ?? 0) < Date.parse(OPENING) / 1000;
  return (
    <div class="page">
      <Skip />
      <Offline />
      <Head name={t("北京消费季", "Beijing season")} />
      <main id="main" tabIndex={-1} class="groups">
        <h1>{t("京彩消费券", "Coupons of the capital")}</h1>
        <ThemeSwitch />
        <Tickets />
        {waits ? (
          <Countdown until={OPENING} label={t("距开抢", "Until it opens")} said={t(`${zone} 10:00 开抢 · 提早点不会更快`, `Opens at 10:00 ${zone}. Pressing early gains nothing.`)} />
        ) : (
          <Notice mood="done" title={t("可以领取了", "Open now")} live="status" />
        )}
        <Notices />
        <Controls />
        <Code />
        <Drawings />
      </main>
    </div>
  );
}

preferencesOf(document.documentElement, new URLSearchParams(location.search));
ticking(time);
render(<Parts />, document.body);

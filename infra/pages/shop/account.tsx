// Before a shop can sell: signing in, and why it cannot.

import { Button } from "../shared/parts/button";
import { Head, Offline, Skip } from "../shared/parts/head";
import { Notice } from "../shared/parts/notice";
import { SignIn } from "./parts";
import { account, entered, signOut } from "./shop";
import { tell } from "./words";

export function AccountScreen() {
  return (
    <div class="page shop">
      <Skip />
      <Head name={tell("shop.name")} home="#/" />
      {account.value !== "failed" && <Offline />}
      <main id="main" tabIndex={-1} class="stack">
        <Said />
      </main>
    </div>
  );
}

function Said() {
  switch (account.value) {
    case "signed-out":
      return (
        <>
          <h1>{tell("account.welcome")}</h1>
          <p>{tell("account.welcome-said")}</p>
          <SignIn kind="act" />
        </>
      );
    case "not-enrolled":
      return (
        <>
          <h1>{tell("account.not-enrolled")}</h1>
          <Notice mood="stop">{tell("account.not-enrolled-said")}</Notice>
          <Button kind="edge" onPress={signOut}>{tell("account.other")}</Button>
        </>
      );
    case "no-store":
      return (
        <>
          <h1>{tell("account.no-store")}</h1>
          <Notice mood="stop">{tell("account.no-store-said")}</Notice>
        </>
      );
    case "failed":
      return (
        <>
          <h1>{tell("account.failed")}</h1>
          <Notice mood="wait" icon="offline">{tell("account.failed-said")}</Notice>
          <Button onPress={() => void entered()}>{tell("act.again")}</Button>
        </>
      );
    default:
      return <h1 class="note">{tell("account.loading")}</h1>;
  }
}

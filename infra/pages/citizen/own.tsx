// A screen of what is the person's own: who is signed out is asked to sign in, and who has nothing reads where to begin.

import type { ComponentChildren } from "preact";
import { Button } from "../shared/parts/button";
import { signedIn, signIn } from "./app";
import { Frame, Title } from "./frame";
import { Court } from "./slots/court";

interface OwnProps {
  title: string;
  /** The name of the way back, to the seasons. */
  home: string;
  /** What is said to who is signed out, and the button. */
  asks: string;
  button: string;
  children: ComponentChildren;
}

export function OwnScreen({ title, home, asks, button, children }: OwnProps) {
  return (
    <Frame back={{ href: "#/", name: home }}>
      {signedIn.value === false && (
        <Empty title={title} line={asks}><Button kind="act" icon="person" onPress={signIn}>{button}</Button></Empty>
      )}
      {signedIn.value && children}
    </Frame>
  );
}

export function Empty({ title, line, children }: { title: string; line: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <Title>{title}</Title>
      <Court />
      <p>{line}</p>
      {children}
    </div>
  );
}

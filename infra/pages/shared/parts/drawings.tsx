// Six drawings for the sections of a season: three to five flat shapes in ink at 12 % on the section's tint.

import type { ComponentChildren } from "preact";

const SHAPES: Record<Section, ComponentChildren> = {
  // A roofline: two curved eaves over columns.
  opening: (
    <>
      <path d="M4 62c26-4 44-14 56-30 12 16 30 26 56 30l-3 8H7z" />
      <path d="M22 88c18-3 30-8 38-16 8 8 20 13 38 16l-3 7H25z" />
      <path d="M32 95h6v25h-6zM57 95h6v25h-6zM82 95h6v25h-6z" />
      <path d="M56 14h8v18h-8z" />
    </>
  ),
  // A ticket with its stub, and another behind it.
  coupons: (
    <>
      <path d="M30 22l78 18-6 26a8 8 0 0 0-4 16l-4 18-78-18 5-20a8 8 0 0 0 4-16z" />
      <path d="M14 44h84v20a9 9 0 0 0 0 18v20H14V82a9 9 0 0 0 0-18z" />
      <path d="M42 50h3v8h-3zM42 64h3v8h-3zM42 78h3v8h-3zM42 90h3v8h-3z" />
      <circle cx="72" cy="73" r="12" />
    </>
  ),
  // A bowl of noodles with chopsticks and steam.
  taste: (
    <>
      <path d="M12 66h96c0 22-14 38-30 44v8H42v-8C26 104 12 88 12 66z" />
      <path d="M24 66a36 16 0 0 1 72 0z" />
      <path d="M64 58 104 14l5 4-36 42zM78 60l34-32 4 5-30 28z" />
      <path d="M36 40c-8-10 8-14 0-26h6c8 12-8 16 0 26zM54 38c-6-8 6-12 0-22h6c6 10-6 14 0 22z" />
    </>
  ),
  // An opera fan, half open.
  culture: (
    <>
      <path d="M60 108 8 56a74 74 0 0 1 26-24z" />
      <path d="M60 108 34 32a74 74 0 0 1 26-5z" />
      <path d="M60 108V27a74 74 0 0 1 26 5z" />
      <path d="M60 108 86 32a74 74 0 0 1 26 24z" />
      <circle cx="60" cy="108" r="9" />
    </>
  ),
  // A street of shops with lanterns.
  dazzle: (
    <>
      <path d="M8 56h44v64H8zM20 78v42h20V78z" fill-rule="evenodd" />
      <path d="M58 36h54v84H58zM70 66v54h30V66z" fill-rule="evenodd" />
      <path d="M4 44h52l4 12H0z" />
      <circle cx="30" cy="22" r="11" />
      <circle cx="84" cy="16" r="9" />
    </>
  ),
  // The moon over a hutong.
  night: (
    <>
      <path d="M84 12a26 26 0 1 0 24 38A30 30 0 0 1 84 12z" />
      <path d="M0 84c16-2 26-8 34-16 8 8 18 14 34 16v36H0z" />
      <path d="M56 100c14-2 24-7 32-14 8 7 18 12 32 14v20H56z" />
      <path d="M26 96h16v24H26z" />
    </>
  ),
};

export const SECTIONS = ["opening", "coupons", "taste", "culture", "dazzle", "night"] as const;
export type Section = (typeof SECTIONS)[number];

/** The name of a drawing, whatever a document calls the section; `coupons` for a name without a drawing. */
export function sectionOf(name: string | null | undefined): Section {
  return SECTIONS.find((each) => name?.includes(each)) ?? "coupons";
}

export function Drawing({ section }: { section: Section }) {
  return (
    <svg class={`drawing tint-${section}`} viewBox="0 0 120 120" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
      {SHAPES[section]}
    </svg>
  );
}

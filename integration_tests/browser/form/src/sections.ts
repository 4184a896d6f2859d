// What is shown in which card, in which order, and what is folded away at first.

import type { Block, Schema, Values } from "./blocks";

export interface Section {
  folded: boolean;
  blocks: Block[];
}

export interface Card {
  title: string;
  sections: Section[];
}

/** A card for each group of the specification that has a field. */
export function cardsOf(spec: Schema, fields: Block[]): Card[] {
  const titles = new Map((spec.groups ?? []).map(({ id, title }) => [id, title ?? ""]));
  const ids = [...titles.keys(), ...fields.map((field) => field.schema.group ?? "")];
  return [...new Set(ids)]
    .map((id) => ({ title: titles.get(id) ?? "", blocks: fields.filter((field) => (field.schema.group ?? "") === id) }))
    .map(({ title, blocks }) => ({ title, sections: sectionsOf(blocks) }))
    .filter((card) => card.sections.length > 0);
}

/** What is required or always shown comes first; the rest is folded away. */
export function sectionsOf(fields: Block[]): Section[] {
  const shown = fields.filter((field) => !field.schema.airbyte_hidden).sort(byOrder);
  return [false, true]
    .map((folded) => ({ folded, blocks: shown.filter((field) => isFolded(field) === folded) }))
    .filter((section) => section.blocks.length > 0);
}

function isFolded({ kind, required, schema }: Block): boolean {
  return !(required || schema.always_show || schema.const !== undefined || kind === "choice" || kind === "group");
}

function byOrder(one: Block, other: Block): number {
  const [first, second] = [one.schema.order ?? Infinity, other.schema.order ?? Infinity];
  return first === second ? one.key.localeCompare(other.key) : first - second;
}

/** What differs from its default is not hidden from who opens a saved source. */
export function opensAtFirst(blocks: Block[], values: Values | undefined): boolean {
  return blocks.some(({ key, schema }) => plain(values?.[key]) !== plain(schema.default));
}

function plain(value: unknown): string {
  return value && !(Array.isArray(value) && value.length === 0) ? JSON.stringify(value) : "";
}

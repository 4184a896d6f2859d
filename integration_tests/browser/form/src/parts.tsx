// How each block is shown.

import { type ReactNode, useState } from "react";
import { useController, useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { beginningOf, type Block, chosen, constantOf, type Values } from "./blocks";
import { Control } from "./controls";
import { opensAtFirst, type Section, sectionsOf } from "./sections";

/** Blocks of which some are folded away under a line, open where a saved source says something of its own. */
export function Blocks({ path, folded, blocks, label }: Section & { path: string; label?: string }) {
  const { formState, getValues } = useFormContext();
  const inner = blocks.map((block) => (
    <Shown key={block.key} block={block} path={path ? `${path}.${block.key}` : block.key} />
  ));
  const [open] = useState(() => opensAtFirst(blocks, (path ? getValues(path) : formState.defaultValues) as Values));
  return folded ? <Fold label={label ?? "Optional fields"} open={open}>{inner}</Fold> : <>{inner}</>;
}

export function Fold({ label, open, children }: { label: string; open: boolean; children: ReactNode }) {
  const [isOpen, setOpen] = useState(open);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {children}
    </details>
  );
}

// A group shows its fields and nothing of itself: neither title nor description.
function Shown({ block, path }: { block: Block; path: string }) {
  if (block.kind === "group") return <Fields blocks={block.inside} path={path} />;
  if (block.kind === "choice") return <Choice block={block} path={path} />;
  if (block.kind === "list") return <List block={block} path={path} />;
  return block.schema.const === undefined ? <Field block={block} path={path} /> : null;
}

function Fields({ blocks, path }: { blocks: Block[]; path: string }) {
  return <>{sectionsOf(blocks).map((section) => <Blocks key={String(section.folded)} path={path} {...section} />)}</>;
}

function Choice({ block, path }: { block: Block; path: string }) {
  const { setValue, clearErrors } = useFormContext();
  const value = useWatch({ name: path }) as Values | undefined;
  const options = block.inside.filter((option) => !option.schema.airbyte_hidden);
  const current = chosen(block, value);
  const choose = (option: Block) => {
    const kept = option.inside.filter(({ key }) => value && key in value).map(({ key }) => [key, value![key]]);
    const values = { ...Object.fromEntries(kept), [block.told]: constantOf(block, option) };
    setValue(path, beginningOf(option.inside, values), { shouldDirty: true });
    clearErrors(path);
  };
  return (
    <div className="boxed">
      <Label block={block} path={path} optional={false} />
      <select
        id={path}
        value={options.findIndex((option) => option === current)}
        onChange={(event) => choose(options[Number(event.target.value)]!)}
      >
        {options.map((option, index) => <option key={index} value={index}>{option.schema.title}</option>)}
      </select>
      <Mistake path={path} />
      {current && <Fields key={current.schema.title} blocks={current.inside} path={path} />}
    </div>
  );
}

function List({ block, path }: { block: Block; path: string }) {
  const { fields, append, remove } = useFieldArray({ name: path });
  const [added, setAdded] = useState(false);
  const add = () => (setAdded(true), append(beginningOf(block.inside)));
  return (
    <div className="boxed list">
      <Label block={block} path={path} optional={false} />
      <button type="button" aria-label={`Add to ${block.schema.title ?? block.key}`} onClick={add}>Add</button>
      {fields.map((item, index) => (
        <Item key={item.id} block={block} path={`${path}.${index}`} open={added} onRemove={() => remove(index)} />
      ))}
    </div>
  );
}

function Item({ block, path, open, onRemove }: { block: Block; path: string; open: boolean; onRemove: () => void }) {
  const value = useWatch({ name: path }) as Values | undefined;
  return (
    <div className="item">
      <Fold label={nameOf(value ?? {}, block.inside)} open={open}><Fields blocks={block.inside} path={path} /></Fold>
      <button type="button" aria-label="Remove" onClick={onRemove}>×</button>
    </div>
  );
}

function nameOf(item: Values, fields: Block[]): string {
  const said = fields.filter(({ key }) => item[key] !== undefined && item[key] !== null && item[key] !== "");
  const sorted = said.sort((one, other) => one.key.localeCompare(other.key));
  return sorted.map((field) => `${field.schema.title ?? field.key}: ${worded(field, item[field.key])}`).join(" | ");
}

function worded({ kind }: Block, value: unknown): string {
  if (kind === "list") return "[...]";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function Field({ block, path }: { block: Block; path: string }) {
  const { field } = useController({ name: path });
  const isSwitch = block.schema.type === "boolean";
  return (
    <div className={isSwitch ? "field switch" : "field"}>
      <Label block={block} path={path} optional={!block.required && !isSwitch} />
      <Control block={block} path={path} field={field} />
      <Mistake path={path} />
    </div>
  );
}

function Label({ block: { schema, key }, path, optional }: { block: Block; path: string; optional: boolean }) {
  const format = schema.pattern_descriptor ?? schema.items?.pattern_descriptor;
  const examples = schema.examples?.map((example) => (Array.isArray(example) ? example.join(", ") : String(example)));
  const told = [schema.description, examples && `Examples: ${examples.join("; ")}`].filter(Boolean).join("\n");
  return (
    <div className="label">
      <label htmlFor={path}>{schema.title ?? key}</label>
      {told && <span className="told" title={told} aria-hidden>i</span>}
      {optional && <small>Optional</small>}
      {format && <small className="format">{format}</small>}
    </div>
  );
}

// The mistakes of a list's values are told once each.
function Mistake({ path }: { path: string }) {
  const { getFieldState, formState } = useFormContext();
  const { error } = getFieldState(path, formState);
  const messages = [error ?? []].flat().map((mistake) => mistake?.message).filter(Boolean);
  const told = [...new Set(messages)];
  return <>{told.map((message) => <p key={message} className="mistake" role="alert">{message}</p>)}</>;
}

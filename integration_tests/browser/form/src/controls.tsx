// What a value is entered with.

import { type ChangeEvent, type KeyboardEvent, useState } from "react";
import { type ControllerRenderProps, useFormContext } from "react-hook-form";
import type { Block } from "./blocks";

interface Props {
  block: Block;
  path: string;
  field: ControllerRenderProps;
}

export function Control(props: Props) {
  const { type, airbyte_secret } = props.block.schema;
  if (type === "array") return <Tags {...props} />;
  if (type === "boolean") return <Switch {...props} />;
  if (props.block.schema.enum) return <Pick {...props} />;
  return airbyte_secret ? <Secret {...props} /> : <Text {...props} />;
}

function Text({ block: { schema }, path, field }: Props) {
  const isNumber = schema.type === "integer" || schema.type === "number";
  const placeholder = isNumber && schema.default !== undefined ? String(schema.default) : undefined;
  const type = isNumber ? "number" : "text";
  return <input id={path} type={type} {...field} value={field.value ?? ""} placeholder={placeholder} />;
}

// A saved secret can't be looked at: it is replaced whole.
function Secret({ path, field }: Props) {
  const { formState } = useFormContext();
  const [locked, setLocked] = useState(() => valueAt(formState.defaultValues, path) !== undefined);
  const edit = () => (field.onChange(""), setLocked(false));
  return (
    <div className="row">
      <input id={path} type="password" autoComplete="off" {...field} value={field.value ?? ""} disabled={locked} />
      {locked && <button type="button" onClick={edit}>Edit</button>}
    </div>
  );
}

function valueAt(values: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], values);
}

function Switch({ block: { schema }, path, field: { value, ...field } }: Props) {
  return <input id={path} type="checkbox" role="switch" {...field} checked={Boolean(value ?? schema.default)} />;
}

function Pick({ block: { schema }, path, field }: Props) {
  return (
    <select id={path} {...field} value={String(field.value ?? "")}>
      {field.value === undefined && <option value="" />}
      {schema.enum!.map((word) => <option key={String(word)}>{String(word)}</option>)}
    </select>
  );
}

// Values of a list are typed one after the other, or chosen where there are but some.
function Tags({ block: { schema }, path, field }: Props) {
  const values = (field.value ?? []) as string[];
  const words = schema.items?.enum?.filter((word) => !values.includes(String(word)));
  const add = (texts: string[]) => texts.length > 0 && field.onChange([...values, ...texts]);
  const removeAt = (index: number) => field.onChange(values.filter((_, at) => at !== index));
  return (
    <div className="tags">
      {values.map((value, index) => (
        <span key={index} className="tag">
          {value}
          <button type="button" aria-label={`Remove ${value}`} onClick={() => removeAt(index)}>×</button>
        </span>
      ))}
      {words ? <Options id={path} words={words} add={add} /> : <Typed id={path} add={add} />}
    </div>
  );
}

function Options({ id, words, add }: { id: string; words: unknown[]; add: (texts: string[]) => void }) {
  return (
    <select id={id} value="" onChange={(event) => add([event.target.value])}>
      <option value="" />
      {words.map((word) => <option key={String(word)}>{String(word)}</option>)}
    </select>
  );
}

function Typed({ id, add }: { id: string; add: (texts: string[]) => void }) {
  const [draft, setDraft] = useState("");
  const finish = () => {
    add(draft.split(/[,;]/).map((text) => text.trim()).filter(Boolean));
    setDraft("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    finish();
  };
  const onChange = (event: ChangeEvent<HTMLInputElement>) => setDraft(event.target.value);
  return <input id={id} value={draft} onChange={onChange} onBlur={finish} onKeyDown={onKeyDown} />;
}

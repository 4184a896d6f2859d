// What the form makes of a specification: a tree of blocks, and the values it begins with.

export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  examples?: unknown[];
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  order?: number;
  group?: string;
  groups?: { id: string; title?: string }[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  pattern?: string;
  pattern_descriptor?: string;
  minimum?: number;
  maximum?: number;
  always_show?: boolean;
  airbyte_hidden?: boolean;
  airbyte_secret?: boolean;
}

export type Values = Record<string, unknown>;
export type Kind = "field" | "group" | "choice" | "list";

export interface Block {
  kind: Kind;
  key: string;
  schema: Schema;
  required: boolean;
  /** What is inside: the fields of a group, those of one item of a list, the options of a choice. */
  inside: Block[];
  /** The key whose constant tells the options of a choice apart. */
  told: string;
}

export function blockOf(schema: Schema, key: string, required: boolean): Block {
  const block = (kind: Kind, inside: Block[], told = ""): Block => ({ kind, key, schema, required, inside, told });
  if (schema.oneOf?.length) {
    const options = schema.oneOf.map((option) => blockOf({ ...option, type: "object" }, key, false));
    return block("choice", options, sharedConstant(options));
  }
  if (schema.type === "array" && schema.items?.type === "object") return block("list", fieldsOf(schema.items));
  return schema.type === "object" ? block("group", fieldsOf(schema)) : block("field", []);
}

function fieldsOf(schema: Schema): Block[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).map(([key, field]) => blockOf(field, key, required.includes(key)));
}

function sharedConstant(options: Block[]): string {
  const constants = options.map(({ inside }) => inside.filter((field) => field.schema.const).map((field) => field.key));
  const shared = constants[0]?.find((key) => constants.every((keys) => keys.includes(key)));
  if (!shared) throw new Error("the options of a choice have no constant in common");
  return shared;
}

export function constantOf(choice: Block, option: Block): unknown {
  return option.inside.find((field) => field.key === choice.told)?.schema.const;
}

export function chosen(choice: Block, value: unknown): Block | undefined {
  const constant = (value as Values | undefined)?.[choice.told];
  return choice.inside.find((option) => constantOf(choice, option) === constant);
}

/** A new source begins with every constant and default, an object for each object and the first option of a choice. */
export function beginningOf(fields: Block[], kept: Values = {}): Values {
  const values = { ...kept };
  for (const { kind, key, schema, inside, required } of fields) {
    if (schema.const !== undefined) values[key] = schema.const;
    if (schema.default !== undefined) values[key] ??= schema.default;
    if (kind === "group") values[key] = beginningOf(inside, values[key] as Values);
    if (kind === "list" && required) values[key] ??= [];
    if (kind === "choice") values[key] = beginningOf(inside[0]!.inside);
  }
  return values;
}

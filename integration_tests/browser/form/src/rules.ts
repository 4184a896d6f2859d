// What the form checks before it sends anything, and what it sends: Airbyte's form casts with yup and so does this one.

import * as yup from "yup";
import { type Block, chosen, type Schema } from "./blocks";

const REQUIRED = "Required";

export function ruleOf(block: Block): yup.AnySchema {
  if (block.kind === "choice") return choiceRule(block);
  if (block.kind === "list") return yup.array().of(objectRule(block.inside));
  const rule = block.kind === "group" ? objectRule(block.inside) : fieldRule(block.schema);
  return block.required ? rule.required(REQUIRED) : rule;
}

// An object that is absent is cast to one with nothing in it: its required fields are then missing.
function objectRule(fields: Block[]): yup.AnySchema {
  if (fields.length === 0) return yup.object().default({});
  return yup.object().shape(Object.fromEntries(fields.map((field) => [field.key, ruleOf(field)])));
}

// What belongs to another option is not sent.
function choiceRule(choice: Block): yup.AnySchema {
  const rule = yup.lazy((value: unknown) => {
    const option = chosen(choice, value);
    if (option) return objectRule(option.inside);
    return choice.required && !choice.schema.airbyte_hidden ? yup.mixed().required(REQUIRED) : yup.mixed();
  });
  return rule as unknown as yup.AnySchema;
}

function fieldRule(schema: Schema): yup.AnySchema {
  const rule = typeRule(schema);
  return schema.enum ? rule.oneOf(schema.enum) : rule;
}

function typeRule(schema: Schema): yup.AnySchema {
  if (schema.type === "string") return textRule(schema);
  if (schema.type === "boolean") return yup.boolean();
  if (schema.type === "integer" || schema.type === "number") return numberRule(schema);
  return schema.type === "array" && schema.items ? yup.array().of(fieldRule(schema.items)) : yup.mixed();
}

function textRule({ pattern, pattern_descriptor }: Schema): yup.AnySchema {
  const text = yup.string().transform(String).trim();
  if (pattern === undefined) return text;
  return text.matches(new RegExp(pattern), `The value must match the pattern ${pattern_descriptor ?? pattern}`);
}

function numberRule({ minimum, maximum }: Schema): yup.AnySchema {
  let number = yup.number().transform((value: number) => (Number.isNaN(value) ? undefined : value));
  if (minimum !== undefined) number = number.min(minimum, `Must be greater than or equal to ${minimum}`);
  if (maximum !== undefined) number = number.max(maximum, `Must be less than or equal to ${maximum}`);
  return number;
}

/** What is sent: no text that is empty, nothing the specification does not name. */
export function sent(rule: yup.AnySchema, values: unknown): unknown {
  return rule.cast(withoutEmptyTexts(values), { stripUnknown: true });
}

function withoutEmptyTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyTexts);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => !(typeof inner === "string" && inner.trim() === ""));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmptyTexts(inner)]));
}

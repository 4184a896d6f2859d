// A report while the user builds it: its values, the values that are removed when they no longer fit, and the finished entry.
import { form, metrics, rules, streamByName } from "./data";
import { type Report, canBecomeAllowed, metricRefusalOf, refusalOf } from "./rules";

export interface Draft extends Report {
  name: string;
  metrics: string[];
  business_center_id: string;
}

const known = new Set([...metrics.map((metric) => metric.name), ...Object.keys(rules.groups)]);

export const EMPTY: Draft = { ...(rules.defaults as unknown as Draft), name: "my_report", business_center_id: "" };

/** Reads a draft from the address. Values of the wrong form there are ignored. */
export function parse(text: string): Draft {
  let given: Partial<Draft> = {};
  try {
    given = JSON.parse(text || "{}") ?? {};
  } catch {
    // An address that was cut short is an empty report.
  }
  const listed = (values: unknown, allowed: (name: string) => boolean) => (Array.isArray(values) ? values.filter(allowed) : undefined);
  const one = (value: unknown, allowed: string[], other: string) => (allowed.includes(value as string) ? (value as string) : other);
  return {
    name: typeof given.name === "string" ? given.name : EMPTY.name,
    report_type: one(given.report_type, rules.types, EMPTY.report_type),
    level: one(given.level, rules.levels, EMPTY.level),
    granularity: one(given.granularity, rules.granularities, EMPTY.granularity),
    breakdowns: listed(given.breakdowns, (name) => name in rules.breakdowns) ?? [],
    metrics: listed(given.metrics, (name) => known.has(name)) ?? EMPTY.metrics,
    business_center_id: typeof given.business_center_id === "string" ? given.business_center_id : "",
  };
}

/** The nearest report that fits after the type was changed: with the first level and granularity that the type has. */
export function fitting(draft: Draft): Draft {
  const choices = [draft, ...rules.levels.flatMap((level) => rules.granularities.map((granularity) => ({ ...draft, level, granularity })))];
  const kept = choices.find(canBecomeAllowed);
  const bare = choices.map((choice) => ({ ...choice, breakdowns: [] })).find(canBecomeAllowed);
  return withoutRefused(kept && kept.level === draft.level ? kept : (bare ?? draft));
}

/** The draft without the metrics that no longer fit. A draft that still needs a breakdown keeps all its metrics. */
export function withoutRefused(draft: Draft): Draft {
  if (refusalOf(draft)) return draft;
  const kept = draft.metrics.filter((metric) => !metricRefusalOf(draft, metric));
  return kept.length === draft.metrics.length ? draft : { ...draft, metrics: kept };
}

/** The changes between two drafts, as parts of a sentence. */
export function lostBetween(before: Draft, after: Draft): string[] {
  const changed = (["level", "granularity"] as const).filter((field) => before[field] !== after[field]);
  return [
    ...changed.map((field) => `${form.fields[field]} is now ${after[field]}`),
    ...before.breakdowns.filter((name) => !after.breakdowns.includes(name)).map((name) => `${name} was taken out`),
    ...before.metrics.filter((name) => !after.metrics.includes(name)).map((name) => `${name} was taken out`),
  ];
}

/** What is still missing, with the field titles of the form. */
export function missing(draft: Draft): string[] {
  const refused = refusalOf(draft);
  const told: string[] = refused ? [`${form.fields.breakdowns}: ${refused}`] : [];
  if (!new RegExp(form.name_pattern).test(draft.name)) told.push(`${form.fields.name}: ${form.name_help}`);
  else if (streamByName.has(draft.name))
    told.push(`${form.fields.name}: ${draft.name} is the name of a ready-made stream. Choose another name.`);
  if (!draft.metrics.length) told.push(`${form.fields.metrics}: choose at least one.`);
  if (needsCenter(draft) && !/^\d+$/.test(draft.business_center_id))
    told.push(`${form.fields.business_center_id}: enter its ID, which has digits only.`);
  return told;
}

export function needsCenter(draft: Draft): boolean {
  return draft.report_type === "business_center";
}

/** The entry of `custom_reports`. */
export function entry(draft: Draft): Record<string, unknown> {
  const { business_center_id, breakdowns, name, report_type, level, granularity } = draft;
  return {
    name,
    report_type,
    level,
    granularity,
    ...(breakdowns.length ? { breakdowns } : {}),
    metrics: draft.metrics,
    ...(needsCenter(draft) ? { business_center_id } : {}),
  };
}

// Looks up what the connector's own validation says about a custom report. This file has no rules: they are in the tables.
import { metrics, rules } from "./data";

export interface Report {
  report_type: string;
  level: string;
  granularity: string;
  breakdowns: string[];
}

const sets = new Map(rules.sets.map((set, index) => [set, index]));
const groupOf = new Map(metrics.map((metric) => [metric.name, metric.group]));
const namedOnly = new Set(rules.named_only);

function setOf(breakdowns: string[]): string {
  return [...breakdowns].sort((one, other) => (sets.get(one) ?? 0) - (sets.get(other) ?? 0)).join("+");
}

function placeOf(report: Report): string {
  return `${report.report_type} ${report.level} ${report.granularity}`;
}

/** Why a report is not possible, apart from its metrics. Empty if it is possible. */
export function refusalOf(report: Report): string {
  const level = rules.levels_refused[`${report.report_type} ${report.level}`];
  if (level !== undefined) return rules.reasons[level]!;
  if (report.breakdowns.length > rules.most) return rules.too_many;
  const row = rules.rows[rules.places[placeOf(report)]!]!;
  const reason = rules.reasons[row[sets.get(setOf(report.breakdowns))!]!]!;
  return reason.replaceAll(rules.these, report.breakdowns.join(", "));
}

function numberOf(report: Report, metric: string): number {
  const row = rules.metric_rows[rules.metric_places[`${placeOf(report)} ${setOf(report.breakdowns)}`]!]!;
  return row[rules.metric_kinds[metric]!]!;
}

/** Why a possible report can't have a metric or a group of metrics. Empty if it can. */
export function metricRefusalOf(report: Report, metric: string): string {
  const held = rules.groups[metric];
  if (held === undefined) return rules.reasons[numberOf(report, metric)] ?? "";
  return membersOf(report, held).length ? "" : `the group ${metric} has nothing for this report`;
}

function membersOf(report: Report, held: string[]): string[] {
  return [...groupOf.keys()].filter((name) => held.includes(groupOf.get(name)!) && !namedOnly.has(name) && numberOf(report, name) === 0);
}

/** How many metrics a group stands for in a report. */
export function sizeOf(report: Report, group: string): number {
  return membersOf(report, rules.groups[group]!).length;
}

/** Whether a report is possible as it is, or with more breakdowns. */
export function canBecomeAllowed(report: Report): boolean {
  if (!refusalOf(report)) return true;
  const more = Object.keys(rules.breakdowns).filter((name) => !report.breakdowns.includes(name));
  return (
    report.breakdowns.length < rules.most && more.some((name) => canBecomeAllowed({ ...report, breakdowns: [...report.breakdowns, name] }))
  );
}

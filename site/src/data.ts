// The data that scripts/site_data.py wrote into the page.

export interface Stream {
  name: string;
  group: string;
  is_report: boolean;
  columns: number[];
  key: string[];
  cursor: string;
  permissions: string[];
  in_sandbox: boolean;
  option: string;
  for_each: string[];
  request: Request;
}

export interface Request {
  endpoint: string;
  parameters: Record<string, string>;
  records: string;
  rows_per_page: number | null;
  longest_window: string;
}

export interface Join {
  stream: string;
  to: string;
  on: [string, string][];
  when: string;
  is_list: boolean;
  is_near: boolean;
}

export interface Metric {
  name: string;
  column: string;
  group: string;
  type: string;
  description: string;
  state: string;
  meant: string[];
}

export interface Rules {
  types: string[];
  levels: string[];
  granularities: string[];
  breakdowns: Record<string, string>;
  groups: Record<string, string[]>;
  named_only: string[];
  defaults: Record<string, unknown>;
  most: number;
  too_many: string;
  these: string;
  by_name_only: number;
  levels_refused: Record<string, number>;
  sets: string[];
  places: Record<string, number>;
  rows: number[][];
  metric_places: Record<string, number>;
  metric_rows: number[][];
  metric_kinds: Record<string, number>;
  reasons: string[];
}

export interface Form {
  title: string;
  fields: Record<string, string>;
  name_pattern: string;
  name_help: string;
}

interface Data {
  streams: Stream[];
  columns: [name: string, type: string, description: string][];
  joins: Join[];
  metrics: Metric[];
  rules: Rules;
  form: Form;
}

const written: Data = JSON.parse(document.getElementById("data")!.textContent!);

export const { streams, joins, metrics, rules, form } = written;
export const streamByName = new Map(streams.map((stream) => [stream.name, stream]));
export const groups = [...new Set(streams.map((stream) => stream.group))];

export interface Column {
  name: string;
  type: string;
  description: string;
}

export function columnsOf(stream: Stream): Column[] {
  return stream.columns.map((number) => {
    const [name, type, description] = written.columns[number]!;
    return { name, type, description };
  });
}

// `business_center` in the configuration is "business center" on the page.
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

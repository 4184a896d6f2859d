// The choice of metrics: groups first, then single metrics with a search.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Option } from "./builder";
import { type Metric, form, metrics, rules, words } from "./data";
import type { Draft } from "./report";
import { metricRefusalOf, refusalOf, sizeOf } from "./rules";

const SHOWN = 80;

export function MetricChoice({ draft, change }: { draft: Draft; change: (metrics: string[]) => void }) {
  const [wanted, setWanted] = useState("");
  const toggle = (name: string, on: boolean) => change(on ? [...draft.metrics, name] : draft.metrics.filter((each) => each !== name));
  const incomplete = refusalOf(draft);
  const why = (name: string) => (incomplete ? "" : metricRefusalOf(draft, name));
  const found = find(wanted, draft.metrics);
  return (
    <fieldset>
      <legend>{form.fields.metrics}</legend>
      {incomplete && <p class="quiet">Choose these first, then you see which metrics fit: {incomplete}</p>}
      <h3>Groups</h3>
      <div class="choices">
        {Object.keys(rules.groups).map((group) => {
          const size = incomplete ? "" : ` (${sizeOf(draft, group)})`;
          return (
            <Toggle
              name={group}
              label={
                <>
                  {words(group)}
                  <span class="quiet">{size}</span>
                </>
              }
              on={draft.metrics.includes(group)}
              refused={why(group)}
              toggle={toggle}
            />
          );
        })}
      </div>
      <h3>By name</h3>
      <p class="search">
        <label for="metric-filter">Find a metric</label>
        <input
          id="metric-filter"
          type="search"
          value={wanted}
          placeholder="reach, purchase, video …"
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="Metrics found">
        {found.slice(0, SHOWN).map((metric) => (
          <Toggle
            name={metric.name}
            label={labelOf(metric)}
            on={draft.metrics.includes(metric.name)}
            refused={why(metric.name)}
            toggle={toggle}
          />
        ))}
      </div>
      <p role="status" class="quiet">
        {found.length > SHOWN ? `${SHOWN} of ${found.length} metrics are shown. Type a word to see fewer.` : `${found.length} metrics`}
      </p>
    </fieldset>
  );
}

function labelOf(metric: Metric) {
  return (
    <>
      <code>{metric.name}</code>{" "}
      <span class="quiet">
        {metric.description}
        {metric.state && ` (${metric.state})`}
      </span>
    </>
  );
}

function find(wanted: string, chosen: string[]): Metric[] {
  const terms = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const toldOf = ({ name, description, meant }: Metric) => [name, description, ...meant].join(" ").toLowerCase();
  const fits = (metric: Metric) => terms.every((term) => toldOf(metric).includes(term));
  const found = metrics.filter((metric) => chosen.includes(metric.name) || fits(metric));
  return found.sort((one, other) => Number(chosen.includes(other.name)) - Number(chosen.includes(one.name)));
}

interface Toggled {
  name: string;
  label: ComponentChildren;
  on: boolean;
  refused: string;
  toggle: (name: string, on: boolean) => void;
}

function Toggle({ name, label, on, refused, toggle }: Toggled) {
  const closed = !on && refused !== "";
  return (
    <Option key={name} id={`metrics-${name}`} label={label} refused={closed ? refused : ""}>
      <input
        type="checkbox"
        id={`metrics-${name}`}
        checked={on}
        disabled={closed}
        aria-describedby={closed ? `why-metrics-${name}` : undefined}
        onChange={(event) => toggle(name, event.currentTarget.checked)}
      />
    </Option>
  );
}

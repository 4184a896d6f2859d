// The report builder: the choices of the form, greyed out if the connector refuses them, and the finished entry.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { form, rules, words } from "./data";
import { Handout } from "./handout";
import { MetricChoice } from "./metrics";
import { type Draft, fitting, lostBetween, needsCenter, parse, withoutRefused } from "./report";
import { replaceRoute } from "./route";
import { canBecomeAllowed, refusalOf } from "./rules";

export function Builder({ about }: { about: string }) {
  const [draft, setDraft] = useState(() => withoutRefused(parse(about)));
  const [told, setTold] = useState<string[]>([]);
  useEffect(() => setDraft(withoutRefused(parse(about))), [about]);
  const change = (part: Partial<Draft>) => {
    const wanted = { ...draft, ...part };
    const next = part.report_type ? fitting(wanted) : withoutRefused(wanted);
    setTold(lostBetween(wanted, next));
    setDraft(next);
    replaceRoute("report", JSON.stringify(next));
  };
  return (
    <>
      <h1 tabIndex={-1}>Build a report</h1>
      <p class="quiet">Choices that TikTok can't combine are greyed out, and the connector's reason is beside them.</p>
      <div class="builder">
        <form onSubmit={(event) => event.preventDefault()}>
          <Text field="name" value={draft.name} change={(name) => change({ name })} />
          <Choice
            field="report_type"
            options={rules.types}
            value={draft.report_type}
            reason={() => ""}
            choose={(report_type) => change({ report_type })}
          />
          {needsCenter(draft) && (
            <Text
              field="business_center_id"
              value={draft.business_center_id}
              change={(business_center_id) => change({ business_center_id })}
            />
          )}
          <Choice
            field="level"
            options={rules.levels}
            value={draft.level}
            reason={(level) => why({ ...draft, level })}
            choose={(level) => change({ level })}
          />
          <Choice
            field="granularity"
            options={rules.granularities}
            value={draft.granularity}
            reason={(granularity) => why({ ...draft, granularity })}
            choose={(granularity) => change({ granularity })}
          />
          <Breakdowns draft={draft} change={change} />
          <MetricChoice draft={draft} change={(metrics) => change({ metrics })} />
        </form>
        <Handout draft={draft} />
      </div>
      <p role="status" class="notice">
        {told.length ? `${told.join("; ")}.` : ""}
      </p>
    </>
  );
}

/** Why a choice is greyed out. A choice that only needs a further breakdown is not. */
function why(draft: Draft): string {
  return canBecomeAllowed(draft) ? "" : refusalOf(draft);
}

function Text({ field, value, change }: { field: string; value: string; change: (value: string) => void }) {
  return (
    <p class="field">
      <label for={field}>{form.fields[field]}</label>
      <input id={field} value={value} spellcheck={false} autocomplete="off" onInput={(event) => change(event.currentTarget.value.trim())} />
    </p>
  );
}

interface Choices {
  field: string;
  options: string[];
  value: string;
  reason: (option: string) => string;
  choose: (option: string) => void;
}

function Choice({ field, options, value, reason, choose }: Choices) {
  return (
    <fieldset>
      <legend>{form.fields[field]}</legend>
      <div class="choices">
        {options.map((option) => {
          const refused = option === value ? "" : reason(option);
          return (
            <Option id={`${field}-${option}`} label={words(option)} refused={refused}>
              <input
                type="radio"
                name={field}
                id={`${field}-${option}`}
                checked={option === value}
                disabled={refused !== ""}
                aria-describedby={refused ? `why-${field}-${option}` : undefined}
                onChange={() => choose(option)}
              />
            </Option>
          );
        })}
      </div>
    </fieldset>
  );
}

interface Shown {
  id: string;
  label: ComponentChildren;
  refused: string;
  children: ComponentChildren;
}

export function Option({ id, label, refused, children }: Shown) {
  return (
    <div class={refused ? "option refused" : "option"}>
      {children} <label for={id}>{label}</label>
      {refused && (
        <span id={`why-${id}`} class="why">
          {refused}
        </span>
      )}
    </div>
  );
}

function Breakdowns({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const toggle = (name: string, on: boolean) =>
    change({ breakdowns: Object.keys(rules.breakdowns).filter((each) => (each === name ? on : draft.breakdowns.includes(each))) });
  const options = Object.entries(rules.breakdowns).map(([name, description]) => {
    const on = draft.breakdowns.includes(name);
    return { name, description, on, refused: on ? "" : why({ ...draft, breakdowns: [...draft.breakdowns, name] }) };
  });
  // Breakdowns that can be chosen come first, as most reports allow only a few.
  options.sort((one, other) => Number(one.refused !== "") - Number(other.refused !== ""));
  return (
    <fieldset>
      <legend>{form.fields.breakdowns}</legend>
      <div class="scroll" tabIndex={0} role="group" aria-label={form.fields.breakdowns}>
        {options.map(({ name, description, on, refused }) => (
          <Option
            key={name}
            id={`breakdowns-${name}`}
            label={
              <>
                <code>{name}</code> <span class="quiet">{description}</span>
              </>
            }
            refused={refused}
          >
            <input
              type="checkbox"
              id={`breakdowns-${name}`}
              checked={on}
              disabled={refused !== ""}
              aria-describedby={refused ? `why-breakdowns-${name}` : undefined}
              onChange={(event) => toggle(name, event.currentTarget.checked)}
            />
          </Option>
        ))}
      </div>
    </fieldset>
  );
}

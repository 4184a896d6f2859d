// The entity-relationship diagram with its filters, and a panel with the columns and joins of the chosen stream.
import type { Core } from "cytoscape";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Stream, columnsOf, groups, joins, streamByName, streams, words } from "./data";
import { type Shown, ZOOM, draw, fit, isShown, open, zoom } from "./graph";
import { StreamLink } from "./links";
import { link, replaceRoute } from "./route";
import { Joins } from "./stream";

const EVERYTHING: Shown = { groups: new Set(groups), reports: true, implied: false };

export function Diagram({ about }: { about: string }) {
  const [shown, setShown] = useState(EVERYTHING);
  const [chosen, setChosen] = useState(about);
  const [counts, setCounts] = useState([0, 0]);
  const container = useRef<HTMLDivElement>(null);
  const graph = useRef<Core>(null);
  const choose = (name: string) => {
    setChosen(name);
    replaceRoute("diagram", name);
  };
  useLayoutEffect(() => {
    graph.current = open(container.current!, choose);
    // For tests, which need the position of a stream on the screen.
    Object.assign(globalThis, { diagram: graph.current });
    return () => graph.current!.destroy();
  }, []);
  useLayoutEffect(() => setChosen(about), [about]);
  useLayoutEffect(() => setCounts(draw(graph.current!, shown, chosen)), [shown, chosen]);
  const stream = streamByName.get(chosen);
  return (
    <>
      <h1 tabIndex={-1}>How the streams fit together</h1>
      <Filters shown={shown} change={setShown} />
      <p class="tools">
        <label>
          Stream <Choice shown={shown} chosen={chosen} choose={choose} />
        </label>
        <button type="button" aria-label="Zoom in" onClick={() => zoom(graph.current!, ZOOM)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(graph.current!, 1 / ZOOM)}>
          −
        </button>
        <button type="button" onClick={() => fit(graph.current!)}>
          Fit
        </button>
        {stream && (
          <button type="button" onClick={() => choose("")}>
            All streams
          </button>
        )}
        <span role="status" class="quiet">
          {counts[0]} streams, {counts[1]} joins
        </span>
      </p>
      <div class={stream ? "diagram with-panel" : "diagram"}>
        <div
          ref={container}
          class="canvas"
          tabIndex={0}
          role="application"
          aria-label="Diagram. Arrow keys move it, plus and minus zoom, zero fits it to the screen. Choose a stream in the list before it."
        />
        {stream && <Panel stream={stream} close={() => choose("")} />}
      </div>
    </>
  );
}

function Choice({ shown, chosen, choose }: { shown: Shown; chosen: string; choose: (name: string) => void }) {
  return (
    <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">all of them</option>
      {groups
        .filter((group) => shown.groups.has(group))
        .map((group) => (
          <optgroup label={words(group)}>
            {streams
              .filter((stream) => stream.group === group && isShown(stream, shown))
              .map((stream) => (
                <option value={stream.name}>{stream.name}</option>
              ))}
          </optgroup>
        ))}
    </select>
  );
}

function Filters({ shown, change }: { shown: Shown; change: (shown: Shown) => void }) {
  const toggle = (group: string, on: boolean) => {
    const wanted = new Set(shown.groups);
    on ? wanted.add(group) : wanted.delete(group);
    change({ ...shown, groups: wanted });
  };
  return (
    <details class="filters">
      <summary>Filter by group</summary>
      <fieldset>
        <legend>Groups</legend>
        {groups.map((group) => (
          <Check label={words(group)} on={shown.groups.has(group)} set={(on) => toggle(group, on)} />
        ))}
        <button type="button" onClick={() => change({ ...shown, groups: new Set(groups) })}>
          All
        </button>
        <button type="button" onClick={() => change({ ...shown, groups: new Set() })}>
          None
        </button>
      </fieldset>
      <fieldset>
        <legend>Details</legend>
        <Check label="reports of every group" on={shown.reports} set={(reports) => change({ ...shown, reports })} />
        <Check label="joins that others imply" on={shown.implied} set={(implied) => change({ ...shown, implied })} />
      </fieldset>
    </details>
  );
}

function Check({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => set(event.currentTarget.checked)} /> {label}
    </label>
  );
}

function Panel({ stream, close }: { stream: Stream; close: () => void }) {
  const joined = new Set(joins.filter((join) => join.stream === stream.name).flatMap((join) => join.on.map(([column]) => column)));
  return (
    <aside aria-label={stream.name}>
      <h2>
        <StreamLink name={stream.name} />
      </h2>
      <button type="button" class="close" aria-label="Close" onClick={close}>
        ×
      </button>
      <p>
        <a href={link("stream", stream.name)}>All about this stream</a>
      </p>
      <h3>Joins</h3>
      <Joins name={stream.name} />
      <h3>Columns</h3>
      <ul class="names">
        {columnsOf(stream).map((column) => (
          <li title={column.description}>
            <code>{column.name}</code> <span class="type">{column.type}</span>
            {stream.key.includes(column.name) && <span class="badge">key</span>}
            {joined.has(column.name) && <span class="badge">join</span>}
          </li>
        ))}
      </ul>
    </aside>
  );
}

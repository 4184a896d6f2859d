// Finds columns and metrics by a word, and the streams that have them.
import MiniSearch from "minisearch";
import { useDeferredList, useFocused } from "./hooks";
import { useState } from "preact/hooks";
import { columnsOf, groups, metrics, streams, words } from "./data";
import { link, replaceRoute } from "./route";
import { StreamLinks } from "./links";

interface Found {
  id: string;
  name: string;
  text: string;
  type: string;
  isStream: boolean;
  streams: string[];
  meant: string[];
}

const SHOWN = 60;
const STREAM_WEIGHT = 1.5;
const entries = new Map(gather().map((entry) => [entry.id, entry]));
const index = new MiniSearch<Found>({
  fields: ["name", "whole", "text", "meant"],
  extractField: (entry, field) => (field === "whole" ? entry.name : String(entry[field as keyof Found])),
  // `average_video_play` is found by `video`, and by its whole name.
  tokenize: (text, field) => (field === "whole" ? [text] : text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)),
  searchOptions: {
    tokenize: (text) => [text],
    boost: { whole: 6, meant: 12, name: 3 },
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    boostDocument: (id) => weightOf(entries.get(id as string)!),
  },
});
index.addAll([...entries.values()]);

/** Finds entries with every word, or with a part of it between underscores. If there are none, finds entries with any word. */
function find(text: string): Found[] {
  const queries = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((word) => ({ combineWith: "OR" as const, queries: [...new Set([word, ...word.split("_")])].filter(Boolean) }));
  const found = index.search({ combineWith: "AND", queries });
  return (found.length ? found : index.search({ combineWith: "OR", queries })).map((result) => entries.get(result.id)!);
}

/** Of two columns with the same name, the one in more streams comes first. */
function weightOf(entry: Found): number {
  return entry.isStream ? STREAM_WEIGHT : 1 + Math.log10(1 + entry.streams.length) / 4;
}

function gather(): Found[] {
  const found = new Map<string, Found>();
  for (const stream of streams) {
    const text = `${words(stream.group)} ${stream.request.endpoint}`;
    found.set(stream.name, { id: stream.name, name: stream.name, text, type: "", isStream: true, streams: [], meant: [] });
  }
  const meant = new Map(metrics.map(({ column, description, meant }) => [`${column} ${description}`, meant]));
  for (const stream of streams) {
    for (const column of columnsOf(stream)) {
      const id = `${column.name} ${column.description}`;
      const { name, type, description: text } = column;
      const known = found.get(id) ?? { id, name, text, type, isStream: false, streams: [], meant: meant.get(id) ?? [] };
      known.streams.push(stream.name);
      found.set(id, known);
    }
  }
  // A metric that no ready-made report has is available in a custom report.
  for (const { name, column, description, type, meant } of metrics) {
    const id = `${column} ${description}`;
    if (!found.has(id)) found.set(id, { id, name, text: description, type, isStream: false, streams: [], meant });
  }
  return [...found.values()];
}

export function Search({ about }: { about: string }) {
  const [text, setText] = useState(about);
  const input = useFocused();
  const found = useDeferredList(text, find);
  const change = (value: string) => {
    setText(value);
    replaceRoute("search", value);
  };
  return (
    <>
      <h1 tabIndex={-1}>Find a stream, a column or a metric</h1>
      <p class="search">
        <label for="search">Search for a name or a word</label>
        <input
          ref={input}
          id="search"
          type="search"
          autocomplete="off"
          placeholder="reach, landing page, video_play_actions …"
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </p>
      <p role="status" class="quiet">
        {told(text, found)}
      </p>
      {text.trim() ? <Results found={found} /> : <EveryGroup />}
    </>
  );
}

function told(text: string, found: Found[]): string {
  if (!text.trim()) return `${streams.length} streams in ${groups.length} groups`;
  const [ofStreams, others] = divided(found);
  const shown = others.length > SHOWN ? `, of which the best ${SHOWN} are shown` : "";
  const columns = others.length === 1 ? "column or metric" : "columns and metrics";
  return `${ofStreams.length} ${ofStreams.length === 1 ? "stream" : "streams"}, ${others.length} ${columns}${shown}`;
}

/** Streams, which are all shown, and columns and metrics, of which the best are shown. */
function divided(found: Found[]): [Found[], Found[]] {
  return [found.filter((entry) => entry.isStream), found.filter((entry) => !entry.isStream)];
}

function Results({ found }: { found: Found[] }) {
  if (!found.length) return <p>Nothing has this word. Try a shorter word.</p>;
  const [ofStreams, others] = divided(found);
  return (
    <>
      {ofStreams.length > 0 && (
        <section aria-labelledby="streams-found">
          <h2 id="streams-found">Streams</h2>
          <StreamLinks names={ofStreams.map((entry) => entry.name)} />
        </section>
      )}
      {others.length > 0 && (
        <section aria-labelledby="columns-found">
          <h2 id="columns-found">Columns and metrics</h2>
          <ul class="results">
            {others.slice(0, SHOWN).map((entry) => (
              <Result entry={entry} key={entry.id} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Result({ entry }: { entry: Found }) {
  return (
    <li>
      <h3>
        <code>{entry.name}</code> <span class="type">{entry.type}</span>
      </h3>
      <p>{entry.text}</p>
      {entry.meant.length > 0 && <p class="quiet">Also called or part of: {entry.meant.join(", ")}</p>}
      {entry.streams.length > 3 ? (
        <details>
          <summary>in {entry.streams.length} streams</summary>
          <StreamLinks names={entry.streams} />
        </details>
      ) : entry.streams.length ? (
        <StreamLinks names={entry.streams} />
      ) : (
        <p class="quiet">
          In no ready-made stream. <a href={link("report", JSON.stringify({ metrics: [entry.name] }))}>Build a report with it</a>
        </p>
      )}
    </li>
  );
}

function EveryGroup() {
  return (
    <div class="groups">
      {groups.map((group) => (
        <section aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{words(group)}</h2>
          <StreamLinks names={streams.filter((stream) => stream.group === group).map((stream) => stream.name)} />
        </section>
      ))}
    </div>
  );
}

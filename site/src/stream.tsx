// The page of a stream: columns, primary key, cursor, permission, request and joins.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Join, type Stream, columnsOf, joins, streamByName, words } from "./data";
import { StreamLink } from "./links";
import { link } from "./route";

export function StreamPage({ name }: { name: string }) {
  const stream = streamByName.get(name);
  if (!stream)
    return (
      <>
        <h1 tabIndex={-1}>No such stream</h1>
        <p>
          There is no stream called <code>{name}</code>. <a href={link("search", name)}>Search for it</a>
        </p>
      </>
    );
  return (
    <article>
      <h1 tabIndex={-1}>
        <code>{stream.name}</code>
      </h1>
      <p class="quiet">
        {words(stream.group)} · <a href={link("diagram", stream.name)}>Show it in the diagram</a>
      </p>
      <Facts stream={stream} />
      <Columns stream={stream} />
      <h2>Joins</h2>
      <Joins name={stream.name} />
      <Request stream={stream} />
    </article>
  );
}

function Facts({ stream }: { stream: Stream }) {
  const windows = stream.cursor ? (
    <>
      continues from the newest <code>{stream.cursor}</code>
    </>
  ) : (
    "everything is read in every sync"
  );
  return (
    <dl class="facts">
      <Fact title="Primary key">{codes(stream.key)}</Fact>
      <Fact title="Cursor">{windows}</Fact>
      <Fact title="Permission">{stream.permissions.join(" and ")}</Fact>
      <Fact title="Requested for">{stream.for_each.length ? `each ${stream.for_each.join(", each ")}` : "once"}</Fact>
      <Fact title="Sandbox">{stream.in_sandbox ? "available" : "not available"}</Fact>
      {stream.option && (
        <Fact title="Only with">
          <code>{stream.option}</code>
        </Fact>
      )}
    </dl>
  );
}

export function Fact({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function codes(names: string[]) {
  return names.map((name, index) => (
    <>
      {index > 0 && ", "}
      <code>{name}</code>
    </>
  ));
}

function Columns({ stream }: { stream: Stream }) {
  const [wanted, setWanted] = useState("");
  const all = columnsOf(stream);
  const shown = all.filter((column) => `${column.name} ${column.description}`.toLowerCase().includes(wanted.toLowerCase().trim()));
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">Columns</h2>
      <p class="search">
        <label for="filter">Filter the {all.length} columns</label>
        <input id="filter" type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      </p>
      <table class="columns">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((column) => (
            <tr key={column.name}>
              <th scope="row">
                <code>{column.name}</code>
                {stream.key.includes(column.name) && <span class="badge">key</span>}
              </th>
              <td class="type">{column.type}</td>
              <td>{column.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" class="quiet">
        {shown.length === all.length ? "" : `${shown.length} of ${all.length} columns`}
      </p>
    </section>
  );
}

export function Joins({ name }: { name: string }) {
  const out = joins.filter((join) => join.stream === name);
  const into = joins.filter((join) => join.to === name && join.stream !== name);
  if (!out.length && !into.length) return <p>It joins no other stream.</p>;
  return (
    <>
      {out.length > 0 && (
        <ul class="joins">
          {out.map((join) => (
            <li>
              <On join={join} /> → <StreamLink name={join.to} />
            </li>
          ))}
        </ul>
      )}
      {into.length > 0 && (
        <details open={into.length < 8}>
          <summary>
            {into.length} {into.length === 1 ? "reference" : "references"} to it
          </summary>
          <ul class="joins">
            {into.map((join) => (
              <li>
                <StreamLink name={join.stream} /> <On join={join} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function On({ join }: { join: Join }) {
  const columns = join.on.map(([column, other]) => (column === other ? column : `${column} = ${other}`)).join(", ");
  return (
    <>
      <code>{columns}</code>
      {join.is_list && <span class="quiet"> (each item of the list)</span>}
      {join.when && (
        <span class="quiet">
          {" "}
          where <code>{join.when}</code>
        </span>
      )}
    </>
  );
}

function Request({ stream }: { stream: Stream }) {
  const { endpoint, parameters, records, rows_per_page, longest_window } = stream.request;
  return (
    <section aria-labelledby="request">
      <h2 id="request">Request</h2>
      <dl class="facts">
        <Fact title="Endpoint">
          <code>{endpoint}</code>
        </Fact>
        <Fact title="Records">
          <code>{records ? `data.${records}` : "data"}</code>
        </Fact>
        {rows_per_page && <Fact title="Rows per page">{rows_per_page}</Fact>}
        {longest_window && (
          <Fact title="Longest window">
            <code>{longest_window}</code>
          </Fact>
        )}
        {stream.is_report && <Fact title="Metrics">the metrics among the columns</Fact>}
      </dl>
      {Object.keys(parameters).length > 0 && (
        <>
          <h3>Parameters</h3>
          <dl class="parameters">
            {Object.entries(parameters).map(([name, value]) => (
              <Fact title={name}>
                <code>{value}</code>
              </Fact>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

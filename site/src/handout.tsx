// The finished report: the entry in JSON, and the values to enter in Airbyte's form.
import { useRef, useState } from "preact/hooks";
import { form } from "./data";
import { type Draft, entry, missing } from "./report";

export function Handout({ draft }: { draft: Draft }) {
  const told = missing(draft);
  return (
    <aside class="handout" aria-label="The report">
      <h2>The report</h2>
      {told.length ? (
        <div role="status">
          <p>Not complete yet:</p>
          <ul>
            {told.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        </div>
      ) : (
        <Complete draft={draft} />
      )}
    </aside>
  );
}

function Complete({ draft }: { draft: Draft }) {
  const report = entry(draft);
  const json = JSON.stringify({ custom_reports: [report] }, null, 2);
  return (
    <>
      <h3>In JSON</h3>
      <Copied text={json} />
      <h3>In the form</h3>
      <p class="quiet">Add an entry to {form.title}:</p>
      <dl class="parameters">
        {Object.entries(report).map(([field, value]) => (
          <div>
            <dt>{form.fields[field]}</dt>
            <dd>{Array.isArray(value) ? value.join(", ") : String(value)}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">You can add dates, filters and the other fields there.</p>
    </>
  );
}

function Copied({ text }: { text: string }) {
  const shown = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState("");
  const copy = async () => {
    getSelection()!.selectAllChildren(shown.current!);
    try {
      await navigator.clipboard.writeText(text);
      setCopied("Copied");
    } catch {
      // A browser may not let a page from disk use the clipboard. The text is already selected.
      setCopied("Selected: press Ctrl+C");
    }
  };
  return (
    <>
      <pre ref={shown} tabIndex={0} id="json">
        {text}
      </pre>
      <p>
        <button type="button" onClick={copy}>
          Copy
        </button>{" "}
        <span role="status">{copied}</span>
      </p>
    </>
  );
}

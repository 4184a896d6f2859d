// The page: a header with links to the views, and the view that the address names.
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Builder } from "./builder";
import { streams } from "./data";
import { Diagram } from "./diagram";
import { type Route, link, useRoute } from "./route";
import { metricRefusalOf, refusalOf } from "./rules";
import { Search } from "./search";
import { StreamPage } from "./stream";
import "./style.css";

const VIEWS = { search: "Search", diagram: "Diagram", report: "Report builder" };

function Page() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // A keyboard user who follows a link continues from the heading. A user who opens the page starts at its top.
    if (!first.current) main.current!.querySelector("h1")?.focus();
    first.current = false;
    document.title = `${main.current!.querySelector("h1")?.textContent} · source-tiktok-marketing`;
  }, [route.view, route.about]);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => skip(event, main.current!)}>
        Skip to the content
      </a>
      <header>
        <a class="brand" href={link("search")}>
          source-tiktok-marketing <span>{streams.length} streams</span>
        </a>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([view, title]) => (
            <a href={link(view)} aria-current={current(route, view) ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <View route={route} />
      </main>
    </>
  );
}

function current(route: Route, view: string): boolean {
  return (route.view === "stream" ? "search" : route.view) === view;
}

function skip(event: Event, main: HTMLElement): void {
  // The address names the view, so this link must not change the address.
  event.preventDefault();
  main.focus();
}

function View({ route }: { route: Route }) {
  if (route.view === "stream") return <StreamPage name={route.about} key={route.about} />;
  if (route.view === "diagram") return <Diagram about={route.about} />;
  if (route.view === "report") return <Builder about={route.about} />;
  return <Search about={route.view === "search" ? route.about : ""} />;
}

// Functions for tests and for the browser's console, to ask whether a report is allowed.
Object.assign(globalThis, { explorer: { refusalOf, metricRefusalOf } });
document.getElementById("page")!.replaceChildren();
render(<Page />, document.getElementById("page")!);

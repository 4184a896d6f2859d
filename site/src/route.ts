// The address of a view: `#/stream/ads`, `#/search/reach`, `#/diagram/ads`, `#/report/{"level":"ad"}`.
import { useEffect, useState } from "preact/hooks";

export interface Route {
  view: string;
  about: string;
}

export function link(view: string, about = ""): string {
  return `#/${view}${about ? `/${encodeURIComponent(about)}` : ""}`;
}

export function read(hash: string): Route {
  const [, view = "", ...rest] = hash.split("/");
  try {
    return { view: view || "search", about: decodeURIComponent(rest.join("/")) };
  } catch {
    return { view: view || "search", about: "" };
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read(location.hash));
  useEffect(() => {
    const follow = () => setRoute(read(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** Updates the address to what is shown, without a new entry in the history for each letter. */
export function replaceRoute(view: string, about: string): void {
  history.replaceState(null, "", link(view, about));
}

import { useEffect, useMemo, useRef } from "preact/hooks";

/** What a search finds. Blanks find nothing. */
export function useDeferredList<Item>(text: string, find: (term: string) => Item[]): Item[] {
  return useMemo(() => (text.trim() ? find(text.trim()) : []), [text]);
}

/** An input that gets the focus when its view opens. */
export function useFocused() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  return input;
}

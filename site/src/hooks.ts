import { useEffect, useMemo, useRef } from "preact/hooks";

/** What a search finds; nothing for blanks. */
export function useDeferredList<Item>(text: string, find: (term: string) => Item[]): Item[] {
  return useMemo(() => (text.trim() ? find(text.trim()) : []), [text]);
}

/** An input that has the focus when its view opens. */
export function useFocused() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  return input;
}

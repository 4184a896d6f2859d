import { link } from "./route";

export function StreamLink({ name }: { name: string }) {
  return (
    <a href={link("stream", name)}>
      <code>{name}</code>
    </a>
  );
}

export function StreamLinks({ names }: { names: string[] }) {
  return (
    <ul class="links">
      {names.map((name) => (
        <li>
          <StreamLink name={name} />
        </li>
      ))}
    </ul>
  );
}

// Puts the program, the style and the data into one page. The page's own policy forbids every request.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";

const TARGET = new URL("../build/site/", import.meta.url);

const bundled = await build({
  entryPoints: [new URL("src/main.tsx", import.meta.url).pathname],
  bundle: true,
  minify: true,
  write: false,
  outdir: "/",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
});
const text = (ending) => bundled.outputFiles.find((file) => file.path.endsWith(ending)).text;
const parts = {
  style: text(".css"),
  data: await readFile(new URL("data.json", TARGET), "utf8"),
  program: text(".js").replaceAll("</script", "<\\/script"),
};
const page = await readFile(new URL("index.html", import.meta.url), "utf8");
await mkdir(TARGET, { recursive: true });
// The second argument is a function, because a text would have its `$&` replaced.
await writeFile(
  new URL("index.html", TARGET),
  page.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]),
);

/**
 * The direction of imports: what a file imports, read by Deno's own parser, and what it may.
 *
 * @module
 */

/** The storeys of `src/` from the ground up: each imports from itself and from those before it. */
export const storeys: ReadonlyArray<string> = [
  "deps",
  "term",
  "process",
  "protocol",
  "epmd",
  "net",
  "node",
  "io",
  "otp",
  "cli",
  "testing",
  "iex",
];

/** From here on, a program's own files are imported: their names are not known when this is written. */
const firstToRunPrograms = storeys.indexOf("cli");

/** One import, re-export, dynamic import or type import. */
export interface Import {
  /** As it stands; `undefined` where it is computed. */
  readonly specifier: string | undefined;
  /** `value` is there when the file loads, `dynamic` later, `type` never. */
  readonly kind: "value" | "dynamic" | "type";
}

/** What a file says of itself. */
export interface SourceFile {
  readonly imports: ReadonlyArray<Import>;
  /** Whether its first words are a doc comment with `@module`. */
  readonly saysWhatItIsFor: boolean;
  /** Whether it holds nothing but re-exports. */
  readonly onlyReExports: boolean;
}

/** Files by their paths from the top, `src/term/atom.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** Reads one file. */
export const read = (path: string, text: string): SourceFile => {
  const imports: Import[] = [];
  let comments: ReadonlyArray<Deno.lint.LineComment | Deno.lint.BlockComment> = [];
  let onlyReExports = true;
  const add = (specifier: unknown, kind: Import["kind"]): void =>
    void imports.push({ specifier: typeof specifier === "string" ? specifier : undefined, kind });
  const addLiteral = (node: Deno.lint.Node, kind: Import["kind"]): void => {
    const literal = node.type === "TSLiteralType" ? node.literal : node;
    add(literal.type === "Literal" ? literal.value : undefined, kind);
  };

  const visitor: Deno.lint.LintVisitor = {
    Program(node) {
      comments = node.comments;
      onlyReExports = node.body.every((one) =>
        one.type === "ExportAllDeclaration" || (one.type === "ExportNamedDeclaration" && one.source !== null)
      );
    },
    ImportDeclaration(node) {
      const names = node.specifiers;
      const isType = node.importKind === "type" ||
        (names.length > 0 && names.every((one) => "importKind" in one && one.importKind === "type"));
      add(node.source.value, isType ? "type" : "value");
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const names = node.specifiers;
      const isType = node.exportKind === "type" ||
        (names.length > 0 && names.every((one) => one.exportKind === "type"));
      add(node.source.value, isType ? "type" : "value");
    },
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === "type" ? "type" : "value"),
    ImportExpression: (node) => addLiteral(node.source, "dynamic"),
    TSImportType: (node) => addLiteral(node.argument, "type"),
    TSExternalModuleReference: (node) => addLiteral(node.expression, "value"),
  };
  Deno.lint.runPlugin({ name: "house", rules: { imports: { create: () => visitor } } }, path, text);

  for (const { value } of comments) {
    const named = /^\s*@(?:deno|ts)-types\s*=\s*["']?([^"'\s]+)/.exec(value) ??
      /^\/\s*<reference\s+(?:path|types)\s*=\s*["']([^"']+)/.exec(value);
    if (named !== null) add(named[1], "type");
  }
  const opening = /^\s*\/\*\*(?:[^*]|\*(?!\/))*\*\//.exec(text)?.[0] ?? "";
  return { imports, saysWhatItIsFor: /^\s*\*? *@module\b/m.test(opening), onlyReExports };
};

/** A path with its `.` and `..` taken out; it begins with `..` where it leaves the top. */
const resolve = (from: string, specifier: string): string => {
  const parts: string[] = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.length > 0 && parts.at(-1) !== ".." ? parts.pop() : parts.push("..");
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
};

/** Whether a specifier names a file beside this one, and no package or built-in module. */
const isRelative = (specifier: string): boolean => specifier.startsWith("./") || specifier.startsWith("../");

const storeyOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** Everything in which `mod.ts` and the files under `src/` do not keep the house's order, one line each. */
export const problems = (sources: Sources): ReadonlyArray<string> => {
  const found: string[] = [];
  const graph = new Map<string, ReadonlyArray<string>>();
  for (const [path, text] of sources) {
    const file = read(path, text);
    if (!file.saysWhatItIsFor) found.push(`${path} does not open with a /** … @module */ comment`);
    if (path === "mod.ts" && !file.onlyReExports) found.push("mod.ts does more than re-export");
    for (const one of file.imports) {
      const problem = problemOf(path, one);
      if (problem !== undefined) found.push(`${path} ${problem}`);
    }
    graph.set(path, targetsOf(path, file));
  }
  for (const [path] of sources) {
    const storey = storeyOf(path);
    if (path === "mod.ts") continue;
    if (storey === undefined) found.push(`${path} is in no storey`);
    else if (!storeys.includes(storey)) found.push(`${path} is in src/${storey}/, which is no storey`);
  }
  return [...found, ...cycles(graph).map((files) => `import each other in a circle: ${files.join(" → ")}`)];
};

const targetsOf = (path: string, file: SourceFile): ReadonlyArray<string> =>
  file.imports.flatMap(({ specifier, kind }) =>
    kind === "value" && specifier !== undefined && isRelative(specifier) ? [resolve(path, specifier)] : []
  );

const problemOf = (path: string, { specifier, kind }: Import): string | undefined => {
  const own = storeyOf(path);
  const height = own === undefined ? storeys.length : storeys.indexOf(own);
  if (specifier === undefined) {
    return height < firstToRunPrograms ? "has an import whose target is computed" : undefined;
  }
  if (specifier.startsWith("node:")) return undefined;
  if (!isRelative(specifier)) {
    return own === "deps" ? undefined : `imports ${specifier}: packages are named in src/deps/ only`;
  }
  const target = resolve(path, specifier);
  const storey = storeyOf(target);
  if (storey === undefined) return `imports ${target}, which is outside src/`;
  return storeys.indexOf(storey) > height
    ? `imports ${target}${kind === "value" ? "" : ` (${kind})`}: ${storey}/ stands above ${own}/`
    : undefined;
};

/** Circles of files that need each other when they load: one for each import that closes one. */
const cycles = (graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const found: Array<ReadonlyArray<string>> = [];
  const done = new Set<string>();
  const visit = (path: string, above: ReadonlyArray<string>): void => {
    const start = above.indexOf(path);
    if (start >= 0) return void found.push([...above.slice(start), path]);
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...above, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
};

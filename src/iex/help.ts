/**
 * `h`, the shell's help: what there is, and what each part does, in the words of the sources.
 *
 * @module
 */
import { Effect, Schema } from "../deps/effect.ts";
import { puts } from "../io/io.ts";
import { type AnyModule, moduleName, nameOfFunction } from "../process/modules.ts";
import type { FunctionName } from "../term/capture.ts";
import type { Scope } from "./compile.ts";
import { find, type Found } from "./docs.ts";
import { noAnswer } from "./evaluator.ts";
import { definedIn, isModule } from "./module_names.ts";

const introduction = `Spawnlink's shell: lines of TypeScript, one after the other, in one process.

A value that is an Effect is run, and so is what stands behind await. In the arguments of the library's
operations an Effect's result stands for it: send(pid, tuple(atom("hi"), self())), Process.link(self()). Where
an Effect is itself what is worked with it stays: Process.spawn(effect), Task.async(effect), all of Effect.
For functions of your own: Chat.greet(await self()).

  h(Node)  h(Node.spawnLink)  h("Node.spawnLink")   what a module or a function is
  self()  send(to, message)  flush()                the shell's process, and what it has been sent
  Node.self()  Node.list()                          this node, and the nodes that it is connected to
  defmodule("Kate", { sayName: () => … })           a module: again, and the new one counts
  capture("Kate", "sayName")                        a function of a module that another node has
  const pid = Node.spawnLink(…)                     a name that stays
`;

const keys =
  `Tab completes, Up goes back. Ctrl-C ends what runs, or drops the line; Ctrl-C twice and Ctrl-D stop the node.`;

/** Shows help. */
export type Help = (...what: ReadonlyArray<unknown>) => Effect.Effect<unknown, unknown>;

/**
 * Makes the `h` of a scope.
 *
 * @param scope The scope, as it will be when `h` is called.
 * @param library What of it is the library's.
 */
export const makeHelp = (scope: Scope, library: Scope): Help => {
  const names = namesOf(library);
  return (...what) =>
    Effect.promise(() =>
      what.length === 0 ? Promise.resolve(overview(scope, library)) : textOn(what[0], scope, names)
    )
      .pipe(Effect.flatMap(puts), Effect.as(noAnswer));
};

/** Each of the library's parts with its name, as `mod.ts` has it. */
const namesOf = (library: Scope): ReadonlyMap<unknown, string> => {
  const names = new Map<unknown, string>();
  const add = (all: object, before: string): void => {
    for (const [name, value] of Object.entries(all)) {
      if (!isPart(value)) continue;
      names.set(value, before + name);
      if (typeof value === "object") add(value, `${before}${name}.`);
    }
  };
  add(library, "");
  return names;
};

const isPart = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);

const overview = (scope: Scope, library: Scope): string => {
  const kinds = new Map<string, Array<string>>();
  for (const [name, value] of Object.entries(library)) {
    const kind = kindOf(value);
    kinds.set(kind, [...kinds.get(kind) ?? [], name]);
  }
  const listed = (kind: string): string => `${kind}: ${(kinds.get(kind) ?? []).sort().join(", ")}`;
  const own = [...definedIn(scope).keys()].sort().join(", ");
  return [
    introduction,
    listed("Modules"),
    ...own === "" ? [] : [`Defined here: ${own}`],
    ...["Functions", "Schemas of messages", "Classes", "Symbols"].map(listed),
    "Effect: all of its functions, Effect.map and the others",
    "",
    keys,
  ].join("\n");
};

const kindOf = (value: unknown): string => {
  if (Schema.isSchema(value)) return "Schemas of messages";
  if (typeof value === "symbol") return "Symbols";
  if (typeof value !== "function") return "Modules";
  return /^class\b/.test(String(value)) ? "Classes" : "Functions";
};

const textOn = async (what: unknown, scope: Scope, names: ReadonlyMap<unknown, string>): Promise<string> => {
  const value = typeof what === "string" ? valueOf(scope, what) : what;
  if (isModule(value)) return textOfModule(value);
  const named = nameOfFunction(value);
  if (named !== undefined) return textOfFunction(named, value);
  const name = names.get(value) ?? (typeof what === "string" ? what : undefined);
  return name === undefined ? nothingOn("that") : documentation(name, await find(name));
};

const nothingOn = (what: string): string => `There is no help on ${what}: h() lists what there is.`;

/** What a name with dots leads to in a scope. */
const valueOf = (scope: Scope, name: string): unknown =>
  name.split(".").reduce(
    (value: unknown, part) => isPart(value) ? Reflect.get(value, part) : undefined,
    scope,
  );

const textOfFunction = ({ module, function: name }: FunctionName, value: unknown): string =>
  `${module}.${name}${
    typeof value === "function" ? `/${value.length}` : ""
  }: a function of the module ${module}`;

const textOfModule = (module: AnyModule): string => {
  const functions = Object.entries(module).filter(([, one]) => typeof one === "function");
  const lines = functions.map(([name, one]) => `  ${module[moduleName]}.${name}/${one.length}`);
  return [`${module[moduleName]}: a module that is defined here`, ...lines].join("\n");
};

const documentation = (name: string, found: Found): string => {
  switch (found.tag) {
    case "nothing":
      return nothingOn(name);
    case "forbidden":
      return `${name}: its text stands in the sources, which the shell reads with ${found.flag}`;
    case "module": {
      const width = Math.max(...found.members.map((one) => one.name.length));
      const members = found.members.map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`);
      return [found.text, "", ...members].join("\n");
    }
    case "member":
      return found.documented.map((one) => `${name}${one.signature}\n\n${one.text.replaceAll(/^/gm, "  ")}`)
        .join("\n\n");
  }
};

/**
 * Children whose start is given other arguments than its function takes.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Application, defmodule, Process, Supervisor } from "../../../mod.ts";

const Shop = defmodule("Shop", {
  start: (size: number, name?: string) => Process.spawnLink(Effect.log(size, name)),
  open: () => Process.spawnLink(Effect.void),
});
const flags = { strategy: "one_for_one" } as const;

// Refused: required in type 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
Supervisor.startLink([{ id: "shop", start: [Shop.start, ["three"]] }], flags);

const till = { id: "till", start: Shop.open() };
// Refused: required in type 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
Supervisor.startLink([till, { id: "shop", start: [Shop.start, ["three"]] }], flags);

// Refused: required in type 'ArgumentsMustBe<[]>'
Supervisor.init([till, { id: "open", start: [Shop.open, [1]] }], flags);

// Refused: required in type 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
Supervisor.startChild("Shop", { id: "shop", start: [Shop.start, []] });

const spec = { id: "shop", start: [Shop.start, ["three"]] } as const;
// Refused: required in type 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
Supervisor.startChild("Shop", spec);
// Refused: required in type 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
Supervisor.startLink([spec], flags);

Application.make({
  name: "shop",
  // Refused: 'ArgumentsMustBe<[size: number, name?: string | undefined]>'
  children: [{ id: "shop", start: [Shop.start, ["three"]] }],
});

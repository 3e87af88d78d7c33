/**
 * A node whose modules need a service, which nobody provides.
 *
 * @module
 */
import { Context, Effect } from "npm:effect@^4.1.0";
import { defmodule, Node, Process } from "../../../mod.ts";

class Db extends Context.Service<Db, { readonly rows: ReadonlyArray<string> }>()("Db") {}

const Shop = defmodule("Shop", { count: () => Effect.map(Db, ({ rows }) => rows.length) });

const start = Node.start("alex@localhost", { cookie: "secret_token", modules: [Shop] });
// Refused: Type 'Db' is not assignable to type 'never'
Effect.runPromise(start);

const layer = Node.layer("alex@localhost", { cookie: "secret_token", modules: [Shop] });
// Refused: Type 'Db' is not assignable to type 'never'
Effect.runPromise(Effect.provide(Node.self(), layer));

// Refused: Type 'Db' is not assignable to type 'never'
Effect.runPromise(Process.spawn(Shop.count, []));

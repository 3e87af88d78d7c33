/**
 * Applications whose parts do not fit each other.
 *
 * @module
 */
import { Context, Effect } from "npm:effect@^4.1.0";
import { Application, Config, defmodule } from "../../../mod.ts";
import { main } from "../../../src/cli/main.ts";

const environment = Application.environment("shop", { retries: 3, label: (name: string) => name.length });

// Refused: Argument of type '"retrys"' is not assignable to parameter of type
Application.getEnv(environment, "retrys");
// Refused: Argument of type 'string' is not assignable to parameter of type 'number'
Application.putEnv(environment, "retries", "many");
// Refused: 'retrys' does not exist in type
Config.config(environment, { retrys: 1 });
// Refused: Type 'string' is not assignable to type 'number'
Config.config(environment, { label: (name) => name });
// Refused: Property 'default' is missing in type '{}' but required in type 'SettingsFile'
Config.importConfig({ dev: () => Promise.resolve({}) });
// Refused: Type '"shop"' is not assignable to type '"other"'
Application.make({ name: "other", environment });
// Refused: 'a' does not exist in type 'AnyModule'
Application.make({ name: "shop", modules: [{ a: 1 }] });

class Db extends Context.Service<Db, { readonly rows: number }>()("Db") {}

const Shop = defmodule("Shop", { count: () => Effect.map(Db, ({ rows }) => rows) });
const shop = Application.make({ name: "shop", modules: [Shop] });

// Refused: Type 'Db' is not assignable to type 'never'
main(shop);
// Refused: Type 'Db' is not assignable to type 'never'
Effect.runPromise(Application.start(shop));
// Refused: Type 'Db' is not assignable to type 'never'
Effect.runPromise(Effect.provide(Effect.void, Application.layer(shop)));

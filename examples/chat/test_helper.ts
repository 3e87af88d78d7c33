/**
 * What the chat's tests have in common: the application runs, as `mix test` starts it, and what needs other nodes
 * is left out where this is none.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Application, Node } from "../../mod.ts";
import { configure } from "../../src/testing/mod.ts";
import application from "./application.ts";

await Effect.runPromise(Application.start(application));

const exclude = await Effect.runPromise(Node.isAlive()) ? [] : ["distributed"];

configure({ exclude });

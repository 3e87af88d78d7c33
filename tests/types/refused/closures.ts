/**
 * A closure cannot travel: only a function of a defined module can.
 *
 * @module
 */
import { Erpc, IO, Node, Rpc, Task } from "../../../mod.ts";

const there = ["Chat.TaskSupervisor", "kate@localhost"] as const;
const greet = (name: string) => IO.puts(`Hi, ${name}`);

// Refused: Property '[functionBrand]' is missing in type '() => Effect
Node.spawn("kate@localhost", () => IO.puts("hi"), []);

// Refused: Property '[functionBrand]' is missing in type '() => Effect
Node.spawnLink("kate@localhost", () => IO.puts("hi"), []);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Node.spawnMonitor("kate@localhost", greet, ["Alex"]);

// Refused: Property '[functionBrand]' is missing in type '(count: number) => number'
Task.Supervisor.async(there, (count: number) => count, [1]);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Task.Supervisor.asyncNolink(there, greet, ["Alex"]);

// Refused: but required in type 'ModuleFunction<
Task.Supervisor.startChild(there, greet, ["Alex"]);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Task.Supervisor.asyncStream(there, ["Alex"], greet, []);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Task.Supervisor.async(there, IO.puts("hi"), []);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Rpc.call("kate@localhost", greet, ["Alex"]);

// Refused: is not assignable to parameter of type 'ModuleFunction<
Erpc.cast("kate@localhost", greet, ["Alex"]);

/**
 * Arguments that do not fit the function: the compiler points at the one that is wrong.
 *
 * @module
 */
import { defmodule, Erpc, Node, Process, Task } from "../../../mod.ts";

const Chat = defmodule("Chat", {
  receiveMessage: (message: string) => message,
  repeat: (message: string, times?: number) => message.repeat(times ?? 1),
  sum: (...numbers: ReadonlyArray<number>) => numbers.length,
});
const there = ["Chat.TaskSupervisor", "kate@localhost"] as const;

// Refused: Type 'number' is not assignable to type 'string'
Task.Supervisor.async(there, Chat.receiveMessage, [42]);

// Refused: Type 'number' is not assignable to type 'string'
Node.spawnLink("kate@localhost", Chat.receiveMessage, [42]);

// Refused: Type 'string' is not assignable to type 'number'
Task.Supervisor.asyncNolink(there, Chat.repeat, ["hi", "twice"]);

// Refused: Type '2' is not assignable to type '1'
Task.Supervisor.async(there, Chat.receiveMessage, ["hi", "there"]);

// Refused: Property '0' is missing in type '[]' but required in type
Node.spawn("kate@localhost", Chat.receiveMessage, []);

// Refused: Expected 3-4 arguments, but got 2
Task.Supervisor.async(there, Chat.receiveMessage);

// Refused: Type 'number' is not assignable to type 'string'
Task.async(Chat.receiveMessage, [42]);

// Refused: Type 'number' is not assignable to type 'string'
Task.asyncStream([42], Chat.receiveMessage);

// Refused: Argument of type 'number[]' is not assignable to parameter of type 'Items<string
Task.Supervisor.asyncStream(there, [42], Chat.repeat, []);

// Refused: Type 'string' is not assignable to type 'number'
Task.Supervisor.asyncStreamNolink(there, ["hi"], Chat.repeat, ["twice"]);

// Refused: Type 'number' is not assignable to type 'string'
Erpc.call("kate@localhost", Chat.receiveMessage, [42]);

// Refused: Type 'string' is not assignable to type 'number'
Erpc.multicall(["kate@localhost"], Chat.repeat, ["hi", "twice"]);

// Refused: Type 'number' is not assignable to type 'string'
Task.start(Chat.receiveMessage, [42]);

// Refused: Type 'number' is not assignable to type 'string'
Process.spawn(Chat.receiveMessage, [42]);

// Refused: Parameter 'item' implicitly has an 'any' type
defmodule("Loose", { work: (item) => item });

// Refused: Type 'string' is not assignable to type 'number'
Erpc.call("kate@localhost", Chat.sum, [1, "2"]);

/**
 * The oracle's operations of tasks and their supervisors.
 *
 * @module
 */
import { Effect, Option, Result, Stream } from "../../src/deps/effect.ts";
import { atom, capture, Pid, type Supervisor, Task, tuple } from "../../mod.ts";
import { TaskHandle } from "../../src/otp/task_handle.ts";
import type { Step } from "./differences.ts";
import { field, number, type Operation, pid, text } from "./fields.ts";
import { bodyOf } from "./operations.ts";
import { decode, decodeAddress, encode, isObject, type Json, list, Unplayable } from "./terms.ts";
import { Ops, type Work, type World } from "./world.ts";

const taskNamed = (name: Json | undefined, world: World): Task.Task<unknown, unknown> => {
  const task = world.value(String(name));
  if (task instanceof TaskHandle) return task;
  throw new Unplayable(`there is no task ${name}`);
};

const taskOf = (step: Step, world: World) => taskNamed(field(step, "task"), world);
const tasksOf = (step: Step, world: World) => {
  const names = field(step, "tasks");
  return Array.isArray(names) ? names.map((name) => taskNamed(name, world)) : [];
};

const timeoutOf = (step: Step): readonly [timeout?: number | "infinity"] => {
  const { timeout } = step;
  if (timeout === undefined) return [];
  return [timeout === "infinity" ? timeout : number(step, "timeout")];
};

const supervisorOf = (step: Step, { names }: World): Task.Supervisor.SupervisorRef =>
  decodeAddress(field(step, "sup"), names);

/** The body of a task: first of all it says who it is. */
const body = (step: Step, world: World): Work =>
  world.expectProcess(text(step, "name")).bodied(bodyOf(step["body"], world));

const bodyId = (step: Step, world: World): readonly [id: number] => [world.programId(body(step, world))];

/** Remembers a task that was made. */
const keep = (step: Step, world: World, made: Effect.Effect<Task.Task<unknown, unknown>, unknown>): Work =>
  Effect.tap(made, (task) =>
    Effect.sync(() => {
      world.setValue(text(step, "name"), task);
      world.setReference(text(step, "name"), task.reference);
    }));

const named = (task: unknown, _world: World, step: Step): Json =>
  task instanceof TaskHandle ? { task: text(step, "name") } : { unknown: String(task) };

/** Remembers a process that was started. */
const introduced = (step: Step, world: World, made: Effect.Effect<unknown, unknown>): Work =>
  Effect.tap(made, (started) =>
    Effect.sync(() => {
      if (started instanceof Pid) {
        world.process(text(step, "name"))?.rename(started, world.kernelOf(started));
      }
    }));

const ok = (value: unknown, { names }: World): Json =>
  value instanceof Pid ? ["ok", encode(value, names)] : encode(value, names);

/** A failure as Elixir answers it, `{:error, tag}`. */
const answered = (tags: ReadonlyArray<string>, effect: Work): Work =>
  Effect.catchIf(
    effect,
    (failure) => tags.includes(tagOf(failure)),
    (failure) => Effect.succeed(tuple(atom("error"), atom(tagOf(failure)))),
  );

const tagOf = (failure: unknown): string =>
  typeof failure === "object" && failure !== null && "_tag" in failure ? String(failure._tag) : "";

/** What a task ended with instead of a result. */
const encodeFailure = (failure: unknown, { names }: World): Json =>
  typeof failure === "object" && failure !== null && "_tag" in failure && failure._tag === "exit" &&
    "reason" in failure
    ? encode(failure.reason, names, "reason")
    : encode(failure, names, "reason");

/** `{:ok, result}`, `{:exit, reason}` or `nil`, as `yield` and its kind answer; a node that is down is met as a failure. */
const yielded = (effect: Effect.Effect<Option.Option<unknown>, unknown>): Work =>
  Effect.flatMap(
    Effect.result(effect),
    (result) =>
      Result.isFailure(result) && !["exit", "undef"].includes(tagOf(result.failure))
        ? Effect.fail(result.failure)
        : Effect.succeed(result),
  );

const encodeYielded = (result: unknown, world: World): Json => {
  if (!Result.isResult(result)) return { unknown: String(result) };
  if (Result.isFailure(result)) return ["exit", encodeFailure(result.failure, world)];
  const { success } = result;
  return Option.isOption(success) && Option.isSome(success)
    ? ["ok", encode(success.value, world.names)]
    : null;
};

const encodeMany = (results: unknown, world: World): Json =>
  list((Array.isArray(results) ? results : []).map((one) => {
    if (!Option.isOption(one) || Option.isNone(one)) return null;
    return encodeResult(one.value, world);
  }));

const encodeResult = (result: unknown, world: World): Json => {
  if (!Result.isResult(result)) return { unknown: String(result) };
  return Result.isSuccess(result)
    ? ["ok", encode(result.success, world.names)]
    : ["exit", encodeFailure(result.failure, world)];
};

/** The items of a stream, each by its number. */
const itemsOf = (step: Step, world: World): ReadonlyArray<number> => {
  const items = field(step, "items");
  return Array.isArray(items) ? items.map((item) => world.programId(bodyOf(item, world))) : [];
};

const streamOptions = (step: Step): Task.StreamOptions => {
  const given = isObject(step["options"]) ? step["options"] : {};
  const { max_concurrency: most, ordered, timeout, on_timeout: onTimeout, zip_input_on_exit: zips } = given;
  return {
    ...typeof most === "number" ? { maxConcurrency: most } : {},
    ...typeof ordered === "boolean" ? { ordered } : {},
    ...typeof timeout === "number" || timeout === "infinity" ? { timeout } : {},
    ...onTimeout === "kill_task" || onTimeout === "exit" ? { onTimeout } : {},
    ...zips === true ? { zipInputOnExit: true } : {},
  };
};

/** The results of a stream, with the number that each item has in the step where failures have their item. */
const collect = (
  step: Step,
  items: ReadonlyArray<number>,
  stream: Stream.Stream<Result.Result<unknown, unknown>, unknown>,
): Work => {
  const { take } = step;
  const all = Stream.runCollect(typeof take === "number" ? Stream.take(stream, take) : stream);
  if (streamOptions(step).zipInputOnExit !== true) return all;
  return Effect.map(all, (results) =>
    results.map((result) =>
      Result.mapError(result, (zipped) => {
        const [item, failure] = zipped as readonly [number, unknown];
        return new Zipped(items.indexOf(item), failure);
      })
    ));
};

/** A failure with its item. */
class Zipped {
  constructor(readonly index: number, readonly failure: unknown) {}
}

const encodeStream = (results: unknown, world: World): Json =>
  list((Array.isArray(results) ? results : []).map((result: unknown) => {
    if (!Result.isResult(result) || Result.isSuccess(result)) return encodeResult(result, world);
    const { failure } = result;
    return failure instanceof Zipped
      ? ["exit", [["item", failure.index], encodeFailure(failure.failure, world)]]
      : ["exit", encodeFailure(failure, world)];
  }));

const supervisedStream = (how: "asyncStream" | "asyncStreamNolink"): Operation => ({
  run: (step, world) => {
    const items = itemsOf(step, world);
    return collect(
      step,
      items,
      Task.Supervisor[how](supervisorOf(step, world), items, Ops.run, [], streamOptions(step)),
    );
  },
  encode: encodeStream,
});

/** A function by its name, and its arguments as terms. */
const calledIn = (step: Step, { names }: World) => {
  const args = decode(step["args"] ?? list([]), names);
  return [
    capture(text(step, "module"), text(step, "function")),
    Array.isArray(args) ? args : [],
  ] as const;
};

const optionsOfChild = (
  step: Step,
): { readonly restart?: Supervisor.Restart; readonly shutdown?: Supervisor.Shutdown } => {
  const { restart, shutdown } = step;
  return {
    ...restart === "permanent" || restart === "transient" || restart === "temporary" ? { restart } : {},
    ...shutdown === "brutal_kill" || shutdown === "infinity" || typeof shutdown === "number"
      ? { shutdown }
      : {},
  };
};

/** What processes carry out. */
export const taskOperations: Readonly<Record<string, Operation>> = {
  "task.async": { run: (step, world) => keep(step, world, Task.async(body(step, world))), encode: named },
  "task.start": {
    run: (step, world) => introduced(step, world, Task.start(body(step, world))),
    encode: ok,
  },
  "task.start_link": {
    run: (step, world) => introduced(step, world, Task.startLink(body(step, world))),
    encode: ok,
  },
  "task.completed": {
    run: (step, world) => keep(step, world, Task.completed(decode(field(step, "value"), world.names))),
    encode: named,
  },
  "task.await": { run: (step, world) => Task.await(taskOf(step, world), ...timeoutOf(step)) },
  "task.await_many": {
    run: (step, world) => Task.awaitMany(tasksOf(step, world), ...timeoutOf(step)),
  },
  "task.yield": {
    run: (step, world) => yielded(Task.yield(taskOf(step, world), ...timeoutOf(step))),
    encode: encodeYielded,
  },
  "task.yield_many": {
    run: (step, world) => Task.yieldMany(tasksOf(step, world), ...timeoutOf(step)),
    encode: encodeMany,
  },
  "task.shutdown": {
    run: (step, world) => {
      const task = taskOf(step, world);
      const isBrutal = step["timeout"] === "brutal_kill";
      return yielded(isBrutal ? Task.shutdown(task, "brutal_kill") : Task.shutdown(task, ...timeoutOf(step)));
    },
    encode: encodeYielded,
  },
  "task.ignore": {
    run: (step, world) => yielded(Task.ignore(taskOf(step, world))),
    encode: encodeYielded,
  },
  "task.async_stream": {
    run: (step, world) => {
      const items = itemsOf(step, world);
      const stream = Task.asyncStream(items, (id) => world.program(id), streamOptions(step));
      return collect(step, items, stream);
    },
    encode: encodeStream,
  },

  "tsup.start_link": {
    run: (step, world) => {
      const process = world.expectProcess(text(step, "name"));
      const made = Task.Supervisor.startLink({
        ...step["register"] === undefined ? {} : { name: text(step, "register") },
        ...step["max_children"] === undefined ? {} : { maxChildren: number(step, "max_children") },
      });
      return Effect.tap(
        made,
        (supervisor) => Effect.sync(() => process.watch(world.kernelOf(supervisor), supervisor)),
      );
    },
    encode: ok,
  },
  "tsup.async": {
    run: (step, world) =>
      keep(
        step,
        world,
        Task.Supervisor.async(supervisorOf(step, world), Ops.run, bodyId(step, world)),
      ),
    encode: named,
  },
  "tsup.async_nolink": {
    run: (step, world) =>
      keep(
        step,
        world,
        Task.Supervisor.asyncNolink(supervisorOf(step, world), Ops.run, bodyId(step, world)),
      ),
    encode: named,
  },
  "tsup.async_mfa": {
    run: (step, world) => {
      const [body, args] = calledIn(step, world);
      return keep(step, world, Task.Supervisor.asyncNolink(supervisorOf(step, world), body, args));
    },
    encode: named,
  },
  "tsup.async_linked_mfa": {
    run: (step, world) => {
      const [body, args] = calledIn(step, world);
      return keep(step, world, Task.Supervisor.async(supervisorOf(step, world), body, args));
    },
    encode: named,
  },
  "tsup.start_child": {
    run: (step, world) => {
      const started = Task.Supervisor.startChild(
        supervisorOf(step, world),
        Ops.run,
        bodyId(step, world),
        optionsOfChild(step),
      );
      return answered(["max_children"], introduced(step, world, started));
    },
    encode: ok,
  },
  "tsup.children": {
    run: (step, world) => Task.Supervisor.children(supervisorOf(step, world)),
    encode: (children, { names }) =>
      list((Array.isArray(children) ? children : []).map((child) => encode(child, names)).sort()),
  },
  "tsup.count": {
    run: (step, world) =>
      Effect.map(Task.Supervisor.children(supervisorOf(step, world)), (children) => children.length),
  },
  "tsup.terminate_child": {
    run: (step, world) =>
      answered(
        ["not_found"],
        Task.Supervisor.terminateChild(supervisorOf(step, world), pid(step, "child", world)),
      ),
  },
  "tsup.async_stream": supervisedStream("asyncStream"),
  "tsup.async_stream_nolink": supervisedStream("asyncStreamNolink"),
};

/**
 * What the compiler knows of the library's functions: that it accepts each line, and refuses each that is
 * marked `@ts-expect-error`, is the test. Nothing here runs.
 *
 * @module
 */
import {
  Context,
  Data,
  Effect,
  type Layer,
  Option,
  type Redacted,
  type Result,
  Schema,
  type Stream,
} from "npm:effect@^4.1.0";
import {
  type AddressInUse,
  type AlreadyPresent,
  type AlreadyStarted,
  Application,
  type Atom,
  type BadArg,
  capture,
  defmodule,
  Down,
  type DuplicateChild,
  DynamicSupervisor,
  Erpc,
  type Exit,
  exit,
  ExitMessage,
  type FailedToStartChild,
  type Ignore,
  IO,
  type MaxChildren,
  type NoConnection,
  Node,
  NodeDown,
  type NoPermission,
  type NoProc,
  type NotFound,
  type Pid,
  Process,
  type Reference,
  type Restarting,
  Rpc,
  type Running,
  Supervisor,
  Task,
  type Term,
  type Timeout,
  tuple,
  type Undef,
  type Unsendable,
} from "../../mod.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where the effect's types are exactly these. */
const gives = <A, E = never, R = never>() =>
<Given>(
  _effect: Given,
  ..._proof: Equal<Given, Effect.Effect<A, E, R>> extends true ? []
    : [expected: Effect.Effect<A, E, R>, but: "its types differ"]
): void => {};

class TooBig extends Data.TaggedError("TooBig")<{ readonly limit: number }> {}
class Db extends Context.Service<Db, { readonly rows: ReadonlyArray<string> }>()("Db") {}

const Shop = defmodule("Shop", {
  halve: (count: number): Effect.Effect<number, TooBig> =>
    count > 100 ? Effect.fail(new TooBig({ limit: 100 })) : Effect.succeed(count / 2),
  count: (name: string, ..._more: ReadonlyArray<number>) =>
    Effect.map(Db, ({ rows }) => rows.filter((row) => row === name).length),
  later: (text: string) => Promise.resolve(text.length),
  plain: (text: string, isLoud?: boolean) => isLoud ? text.toUpperCase() : text,
  nothing: () => {},
}, { errors: [TooBig] });
const Other = defmodule("Other", {
  work: () => 1,
  sum: (...numbers: ReadonlyArray<number>) => numbers.length,
});
Other.sum(1, 2);

const there = ["Shop.Tasks", "kate@localhost"] as const;

/** What every task on another node can fail with when it is awaited. */
type Met = NoConnection | NoProc | Undef | Exit | Unsendable | MaxChildren;
/** What starting one can fail with. */
type Started = NoConnection | Unsendable | BadArg;

/** A module's functions are themselves, and called as they are. */
export const functions = (): void => {
  gives<number, TooBig>()(Shop.halve(4));
  gives<number, never, Db>()(Shop.count("cup", 1, 2));
  const text: string = Shop.plain("cup");
  const length: Promise<number> = Shop.later(text);
  void length;
};

/** Arguments, result and error of a remote function reach who awaits it. */
export const tasks = (): void => {
  gives<Task.Task<number, TooBig>, Started>()(Task.Supervisor.async(there, Shop.halve, [4]));
  gives<Task.Task<number>, Started>()(Task.Supervisor.asyncNolink("Shop.Tasks", Shop.count, ["cup", 1]));
  gives<Task.Task<number>, Started>()(Task.Supervisor.async(there, Shop.later, ["cup"]));
  gives<Task.Task<string>, Started>()(Task.Supervisor.async(there, Shop.plain, ["cup"]));
  gives<Task.Task<string>, Started>()(Task.Supervisor.async(there, Shop.plain, ["cup", true]));
  gives<Task.Task<void>, Started>()(Task.Supervisor.async(there, Shop.nothing, []));
  gives<Task.Task<number, TooBig>, Started>()(
    Task.Supervisor.async(there, capture(Shop, "halve"), [4], {
      timeout: "1 second",
      shutdown: "brutal_kill",
    }),
  );
  gives<Task.Task<unknown>, Started>()(
    Task.Supervisor.async(there, capture("Elsewhere", "work"), ["cup", 1]),
  );

  const halved = Task.Supervisor.async(there, Shop.halve, [4]).pipe(Effect.flatMap(Task.await));
  gives<number, TooBig | Started | Met | Timeout>()(halved);
  const yielded = Task.Supervisor.async(there, Shop.halve, [4]).pipe(Effect.flatMap(Task.yield));
  gives<Option.Option<number>, TooBig | Started | Met>()(yielded);
  const stopped = Task.Supervisor.async(there, Shop.halve, [4]).pipe(Effect.flatMap(Task.shutdown));
  gives<Option.Option<number>, TooBig | Started | Met>()(stopped);
  const known = Task.Supervisor.async(there, Shop.halve, [4]).pipe(Effect.flatMap(Task.pid));
  gives<Pid, TooBig | Started | Met>()(known);

  const caught = halved.pipe(Effect.catchTag("TooBig", ({ limit }) => Effect.succeed(limit)));
  gives<number, Started | Met | Timeout>()(caught);
  const result: Task.Result<number, TooBig> = halved;
  void result;
};

/** One task's types do not get lost among others', and tasks of this node need what their bodies need. */
export const manyTasks = (halve: Task.Task<number, TooBig>, say: Task.Task<string>): void => {
  gives<number, TooBig | Met | Timeout>()(Task.await(halve));
  gives<number, TooBig | Met | Timeout>()(Task.await(halve, "infinity"));
  gives<[number, string], TooBig | Met | Timeout>()(Task.awaitMany([halve, say]));
  gives<[], Met | Timeout>()(Task.awaitMany([]));
  gives<Task.Task<number, TooBig>>()(Task.async(Shop.halve, [4]));
  gives<Task.Task<number>, never, Db>()(Task.async(Shop.count, ["cup"]));
  const rowOrFailure = Effect.flatMap(
    Db,
    ({ rows: [row] }) => row === undefined ? Effect.fail(new TooBig({ limit: 0 })) : Effect.succeed(row),
  );
  gives<Task.Task<string, TooBig>, never, Db>()(Task.async(rowOrFailure));
};

/** Tasks that nobody awaits, that are done already, that are looked after or let go. */
export const otherTasks = (halve: Task.Task<number, TooBig>, say: Task.Task<string>): void => {
  gives<Pid>()(Task.start(Shop.halve, [4]));
  gives<Pid, never, Db>()(Task.startLink(Shop.count, ["cup"]));
  gives<Task.Task<"done">>()(Task.completed("done" as const));
  gives<Option.Option<number>, TooBig | Met>()(Task.ignore(halve));
  gives<[
    Option.Option<Result.Result<number, TooBig | Met>>,
    Option.Option<Result.Result<string, Met>>,
  ]>()(Task.yieldMany([halve, say]));
  gives<ReadonlyArray<Pid>>()(Task.callers());
};

/** Calls of functions elsewhere. */
export const calls = (): void => {
  type Called = Started | Undef | Exit | Timeout;
  gives<number, TooBig | Called>()(Erpc.call("kate@localhost", Shop.halve, [4]));
  gives<string, Called>()(Rpc.call("kate@localhost", Shop.plain, ["cup", true], "1 second"));
  gives<number, Called>()(Erpc.call("kate@localhost", Shop.count, ["cup"]));
  gives<Atom<"ok">, Unsendable | BadArg>()(Erpc.cast("kate@localhost", Shop.later, ["cup"]));
  gives<ReadonlyArray<Result.Result<number, TooBig | Called>>>()(
    Erpc.multicall(["kate@localhost", "moebi@localhost"], Shop.halve, [4], 500),
  );
};

/** A stream's elements have the function's result and failure, its errors what ends it. */
export const streams = (orders: Stream.Stream<number, TooBig, Db>): void => {
  type Elements<A, E, F = never, R = never> = Stream.Stream<Result.Result<A, E | Met | Timeout>, F, R>;
  const here: Elements<number, TooBig, Timeout | BadArg> = Task.asyncStream([1, 2], Shop.halve);
  const db: Elements<number, never, Timeout | BadArg, Db> = Task.asyncStream(
    ["cup"],
    (name) => Shop.count(name),
  );
  const piped: Elements<number, TooBig, TooBig | Timeout | BadArg, Db> = Task.asyncStream(
    orders,
    Shop.halve,
    {
      maxConcurrency: 2,
      ordered: false,
      onTimeout: "kill_task",
    },
  );
  const zipped: Stream.Stream<
    Result.Result<number, readonly [number, TooBig | Met | Timeout]>,
    Timeout | BadArg
  > = Task.asyncStream([1, 2], Shop.halve, { zipInputOnExit: true });
  type Ends = Started | NoProc | MaxChildren | Timeout;
  const far: Elements<number, TooBig, Ends> = Task.Supervisor.asyncStream(there, [1], Shop.halve, []);
  const more: Elements<string, never, Ends> = Task.Supervisor.asyncStreamNolink(there, ["cup"], Shop.plain, [
    true,
  ]);
  void [here, db, piped, zipped, far, more];
};

/** Supervisors of tasks. */
export const taskSupervisors = (pid: Pid): void => {
  gives<Pid, Started | NoProc | Exit | MaxChildren>()(Task.Supervisor.startChild(there, Shop.plain, ["cup"]));
  gives<Atom<"ok">, Started | NoProc | Exit | NotFound>()(Task.Supervisor.terminateChild(pid, pid));
  gives<ReadonlyArray<Pid>, Started | NoProc | Exit>()(Task.Supervisor.children("Shop.Tasks"));
  gives<Pid, AlreadyStarted | BadArg>()(Task.Supervisor.startLink({ name: "Shop.Tasks", maxChildren: 3 }));
};

/** Supervisors, and their children's types. */
export const supervisors = (pid: Pid): void => {
  type Failed<E> =
    | FailedToStartChild<E | Term>
    | DuplicateChild
    | AlreadyStarted
    | BadArg
    | Exit
    | Ignore
    | Timeout;
  type Asked = NoConnection | NoProc | Exit | Unsendable | BadArg;
  const tasks = Task.Supervisor.childSpec({ name: "Shop.Tasks" });
  const flags = { strategy: "one_for_one" } as const;
  gives<Pid, Failed<AlreadyStarted | BadArg>>()(Supervisor.startLink([tasks], flags));
  gives<Pid, Failed<never>>()(Supervisor.startLink([], flags));
  gives<Pid, Failed<never>, Db>()(Supervisor.startLink([Task.childSpec(Db)], flags));
  const counting = { id: "counting", start: Process.spawnLink(Shop.count, ["cup"]) };
  const failing = { id: "failing", start: Effect.fail(new TooBig({ limit: 1 })) };
  gives<Pid, Failed<AlreadyStarted | BadArg | TooBig>, Db>()(
    Supervisor.startLink([tasks, counting, failing], flags),
  );
  const module = { init: (size: number) => Supervisor.init(size > 1 ? [counting] : [], flags) };
  gives<Pid, Failed<never>, Db>()(Supervisor.startLink(module, 3));
  // @ts-expect-error: the module's init takes a number
  Supervisor.startLink(module, "three");
  // @ts-expect-error: there is no such strategy
  Supervisor.startLink([], { strategy: "one_for_none" });

  type NotAdded<E> = FailedToStartChild<E | Term> | AlreadyStarted | AlreadyPresent | Ignore | Asked;
  gives<Pid, NotAdded<never>, Db>()(Supervisor.startChild(pid, counting));
  const told = { id: "told", start: Effect.map(Process.self(), (self) => tuple(self, 80)) };
  gives<readonly [Pid, 80], NotAdded<never>>()(Supervisor.startChild("Shop", told));
  const called = { id: "called", start: [Starts.shop, [3]] } as const;
  gives<Pid, NotAdded<TooBig>>()(Supervisor.startChild(["Shop", "kate@localhost"], called));
  gives<Pid, FailedToStartChild<TooBig | Term> | MaxChildren | Ignore | Asked>()(
    DynamicSupervisor.startChild(pid, called),
  );
  gives<Atom<"ok">, NotFound | Asked>()(Supervisor.terminateChild(pid, "told"));
  gives<Atom<"ok">, NotFound | Running | Restarting | Asked>()(Supervisor.deleteChild(pid, "told"));
};

const Starts = defmodule("Starts", {
  shop: (size: number) => size > 2 ? Effect.fail(new TooBig({ limit: 2 })) : Process.spawnLink(Effect.never),
});

/** Spawning, here and there. */
export const spawning = (): void => {
  gives<Pid, Started>()(Node.spawn("kate@localhost", Shop.plain, ["cup"]));
  gives<Pid, Started>()(Node.spawnLink("kate@localhost", Shop.count, ["cup", 1]));
  gives<readonly [Pid, Reference], Started>()(Node.spawnMonitor("kate@localhost", Shop.nothing, []));
  gives<Pid>()(Process.spawn(Effect.fail("no")));
  gives<Pid, never, Db>()(Process.spawn(Db));
  gives<Pid, never, Db>()(Process.spawnLink(Shop.count, ["cup"]));
  gives<Pid>()(Process.spawn((count: number) => count + 1, [1]));
  gives<readonly [Pid, Reference]>()(Process.spawnMonitor(Effect.void));
  gives<readonly [Pid, Reference], never, Db>()(Process.spawnMonitor(Shop.count, ["cup", 1]));
};

/** Each way to receive. */
export const receiving = (): void => {
  const Order = Schema.Struct({ item: Schema.String });
  const isText = (message: unknown): message is string => typeof message === "string";
  const half = (message: Term): Option.Option<number> =>
    typeof message === "number" ? Option.some(message / 2) : Option.none();

  gives<Term>()(Process.receive());
  gives<Term, Timeout>()(Process.receive({ after: "1 second" }));
  gives<{ readonly item: string }>()(Process.receive(Order));
  gives<{ readonly item: string }, Timeout>()(Process.receive(Order, { after: 0 }));
  gives<string>()(Process.receive(isText));
  gives<string, Timeout>()(Process.receive(isText, { after: "1 second" }));
  gives<number>()(Process.receive(half));
  gives<number, Timeout>()(Process.receive(half, { after: "1 second" }));
  gives<number>()(
    Process.receive((message: unknown) => typeof message === "number" ? Option.some(1) : Option.none()),
  );
  gives<Down>()(Process.receive(Down));
  gives<ExitMessage, Timeout>()(Process.receive(ExitMessage, { after: 10 }));
  gives<NodeDown>()(Process.receive(NodeDown));
};

/** Messages and their like. */
export const processes = (pid: Pid, reference: Reference): void => {
  gives<Pid>()(Process.self());
  gives<true, NoProc>()(Process.link(pid));
  gives<true>()(Process.unlink(pid));
  gives<Reference>()(Process.monitor(["shop", "kate@localhost"]));
  gives<boolean, BadArg>()(Process.demonitor(reference, { flush: true, info: true }));
  gives<true>()(Process.exit(pid, "kill"));
  gives<never, Exit>()(exit("normal"));
  gives<true, BadArg>()(Process.register(pid, "shop"));
  gives<Option.Option<Pid>>()(Process.whereis("shop"));
  gives<boolean, BadArg>()(Process.isAlive(pid));
  gives<Option.Option<Process.ProcessInfo>, BadArg>()(Process.info(pid));
  gives<Reference, BadArg>()(Process.sendAfter(pid, "tick", "1 second"));
  gives<Option.Option<number>>()(Process.cancelTimer(reference));
  gives<Option.Option<number>>()(Process.readTimer(reference));
  gives<Atom<"ok">, NoConnection | NoProc | BadArg>()(Process.flush());
  gives<Atom<"ok">, NoConnection | NoProc | BadArg>()(IO.puts("hi"));
  gives<{ readonly a: 1 }, NoConnection | NoProc | BadArg>()(IO.inspect({ a: 1 }));
};

/** Nodes. */
export const nodes = (): void => {
  gives<string>()(Node.self());
  gives<boolean>()(Node.isAlive());
  gives<ReadonlyArray<string>>()(Node.list("hidden"));
  gives<Atom<"pong"> | Atom<"pang">>()(Node.ping("kate@localhost"));
  gives<true, NoConnection>()(Node.connect("kate@localhost"));
  gives<boolean>()(Node.disconnect("kate@localhost"));
  gives<true, NoConnection>()(Node.monitor("kate@localhost"));
  gives<Atom<"ok">, NoConnection>()(Node.monitorNodes(true, { nodeType: "all", nodedownReason: true }));
  gives<true, BadArg>()(Node.setCookie("secret_token", "kate@localhost"));
  gives<Redacted.Redacted<string>, BadArg>()(Node.getCookie());
  gives<Atom<"ok">, BadArg>()(Node.stop());
};

/** A node whose modules need services needs them; without such modules it needs none. */
export const services = (): void => {
  type Refused = AlreadyStarted | BadArg | AddressInUse | NoPermission | NoConnection;
  const cookie = "secret_token";
  gives<Pid, Refused>()(Node.start("alex@localhost", { cookie }));
  gives<Pid, Refused>()(Node.start("alex@localhost", { cookie, modules: [Other] }));
  gives<Pid, Refused, Db>()(Node.start("alex@localhost", { cookie, modules: [Shop] }));
  gives<Pid, Refused, Db>()(Node.start("alex@localhost", { cookie, modules: [Other, Shop] }));
  const layer: Layer.Layer<never, Refused, Db> = Node.layer("alex@localhost", { cookie, modules: [Shop] });
  void layer;

  const start = Node.start("alex@localhost", { cookie, modules: [Shop] });
  void (() => Effect.runPromise(Effect.provideService(start, Db, { rows: [] })));
  // @ts-expect-error -- nobody provides the service
  void (() => Effect.runPromise(start));
};

/** What no module's function is, or does not fit one, is refused; `refused/` has the words. */
export const refused = (): void => {
  // @ts-expect-error -- a closure
  Node.spawnLink("kate@localhost", () => IO.puts("hi"), []);
  // @ts-expect-error -- a closure
  Task.Supervisor.async(there, (count: number) => count, [1]);
  // @ts-expect-error -- a wrong argument
  Task.Supervisor.async(there, Shop.halve, ["four"]);
  // @ts-expect-error -- an argument too many
  Node.spawn("kate@localhost", Shop.plain, ["cup", true, 1]);
  // @ts-expect-error -- an argument too few
  Task.async(Shop.halve, []);
  // @ts-expect-error -- an Effect, where a function is asked for
  Node.spawn("kate@localhost", Shop.plain("cup"), []);
  // @ts-expect-error -- no function of that module
  capture(Shop, "double");
  // @ts-expect-error -- its parameter has no type
  defmodule("Loose", { work: (item) => item });
};

const environment = Application.environment("shop", { retries: 3, label: (name: string) => name.length });

/** A setting has the type of its default, by way of the environment and of the application. */
export const settings: Effect.Effect<readonly [number, number]> = Effect.gen(function* () {
  yield* Application.putEnv(environment, "retries", 5);
  const application = Application.make({ name: "shop", environment });
  const label = yield* Application.getEnv(application, "label");
  return [yield* Application.getEnv(environment, "retries"), label("text")];
});

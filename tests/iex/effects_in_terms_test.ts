/**
 * Effects where terms belong, and where they do not; what can be sent; modules that a line defines.
 *
 * @module
 */
import { playAll } from "./play.ts";

playAll([
  [
    "in the arguments of the library's operations an Effect's result stands for it",
    ["const me = self()", /#PID/],
    ["(await send(me, tuple(atom('hi'), self())))[1] === me", "true"],
    ["(await Process.receive())[1] === me", "true"],
    ["(await send(self(), { from: [self(), Node.self()], n: 1 })).from[0] === me", "true"],
    ["(await Process.receive()).from", /^\[ #PID<.*>, "nonode@nohost" \]$/],
    ["(await send(self(), [Effect.succeed(1), Effect.succeed([2])]))", "[ 1, [ 2 ] ]"],
    ["Process.isAlive(self())", "true"],
    ["Process.info(self()).pipe(Effect.map((info) => info.value.status))", '"running"'],
    ["Process.register(self(), 'lifted') && await Process.register(self(), 'lifted')", "true"],
    ["const named = () => send('lifted', self())", "[Function (anonymous)]"],
    ["await named() === me", "true"],
    ["Effect.gen(function* () { return (yield* send(self(), self())) === me })", "true"],
    ["IO.inspect(Node.self())", '"nonode@nohost"'],
    ["Task.await(Task.async(Effect.succeed(6)))", "6"],
    ["const Sum = defmodule('Sum', { of: (x, y) => x + y })", /./],
    ["Task.await(Task.async(Sum.of, [Effect.succeed(3), 4]))", "7"],
    ["const Greet = defmodule('Greet', { by: (to) => Process.send(to, 'spawned') })", /./],
    ["Process.spawn(Greet.by, [self()])", /#PID/],
    ["Registry.startLink({ name: 'Rooms', keys: 'unique' })", /#PID/],
    ["Registry.register('Rooms', self(), Node.self()) && await Registry.keys('Rooms', self())", "[]"],
    [
      "await Registry.register('Rooms', self(), Node.self()) && await Registry.lookup('Rooms', self())",
      /^\[ \{#PID<.*>, "nonode@nohost"\} \]$/,
    ],
    ["Process.receive((m) => m === 'spawned')", '"spawned"'],
  ],
  [
    "a tuple is a term: the Effects in it are run",
    ["tuple(atom('n'), Effect.succeed(1), [Effect.succeed(2)])", "{:n, 1, [ 2 ]}"],
    ["const t = tuple(Effect.succeed(1))", "{1}"],
    ["t[0]", "1"],
  ],
  [
    "an Effect that is itself what is worked with stays one",
    ["Effect.flatMap(count.of(1), (one) => Effect.succeed(one + 1))", "2"],
    ["Effect.all([count.of(1), count.of(2)])", "[ 1, 2 ]"],
    ["const all = [count.of(1), count.of(2)]", /^\[/],
    ["Effect.isEffect(all[0])", "true"],
    ["Effect.all(all)", "[ 1, 2 ]"],
    ["Effect.runPromise(count.of(3))", "3"],
    ["let ran = 0", "0"],
    ["const parent = self()", /#PID/],
    ["Process.spawn(Effect.flatMap(self(), (child) => send(parent, child !== parent)))", /#PID/],
    ["Process.receive()", "true"],
    [
      "Task.async(Effect.flatMap(self(), (child) => Effect.succeed(child !== parent))).pipe(Effect.flatMap(Task.await))",
      "true",
    ],
    [
      "Process.spawnLink(Effect.sync(() => { ran++ })) && Process.spawnLink(Effect.sync(() => { ran++ })).pipe(Effect.andThen(Effect.sleep(1)))",
      "undefined",
    ],
    ["ran", "1"],
    ["Effect.isEffect({ later: count.of(1) }.later)", "true"],
  ],
  [
    "an Effect that a closure is given stays one, and so does one in a description",
    ["const work = (effect) => Effect.map(effect, (one) => one + 1)", /./],
    ["Task.await(Task.async(work, [count.of(1)]))", "2"],
    ["Effect.isEffect(Task.Supervisor.childSpec({}).start)", "true"],
    ["const children = [Task.Supervisor.childSpec({ name: 'Lifted.Tasks' })]", /./],
    ["Supervisor.startLink(children, { strategy: 'one_for_one' })", /#PID/],
    ["Process.whereis('Lifted.Tasks').pipe(Effect.map((pid) => pid._tag))", '"Some"'],
  ],
  [
    "a tagged error is a value and no Effect to run: it can be caught, kept, shown and sent",
    ["const error = Effect.flip(gone)", "noconnection: Test: no connection to moebi@localhost"],
    ["error.node", '"moebi@localhost"'],
    [
      "send(self(), error) === send || (await Process.receive({ after: 0 }).pipe(Effect.catch(() => Effect.succeed('empty'))))",
      '"empty"',
    ],
    ["(await send(self(), tuple(error)))[0] === error", "true"],
    ["(await Process.receive())[0] === error", "true"],
  ],
  [
    "what an argument's Effect fails with is what the operation fails with, and nothing is sent",
    ["send(self(), tuple(gone))", "** noconnection: Test: no connection to moebi@localhost"],
    ["Process.receive({ after: 0 })", /^\*\* timeout/],
  ],
  [
    "what cannot travel is refused, also within this node, and the text says which part it is",
    ["send(self(), () => 1)", /^\*\* unsendable: .*message cannot travel.*function/],
    ["send(self(), tuple(1, { f: [Symbol('s')] }))", /^\*\* unsendable: .*message\[1\]\.f\[0\].*symbol/],
    ["send(self(), IO)", /^\*\* unsendable/],
    ["const ring = {}; ring.ring = ring; send(self(), ring)", /^\*\* unsendable/],
    ["Process.receive({ after: 0 })", /^\*\* timeout/],
  ],
  [
    "a closure is refused for another node, and the text says what to write",
    [
      "Node.spawnLink('kate@localhost', () => Kate.sayName(), [])",
      /^\*\* badarg: Node.spawnLink\("kate@localhost", …\): a function travels by its name: .*defmodule\("Name", \{ work: … \}\).*capture\("Name", "work"\)/,
    ],
    ["Kate.sayName()", /^\*\* ReferenceError: Kate is not defined here: .* capture\("Kate", /],
  ],
  [
    "a module that a line defines has its name, with dots too; defined again, the new one counts",
    ["defmodule('Evaluated', { work: () => 1 })", "#Module<Evaluated: work/0>"],
    ["Evaluated.work()", "1"],
    ["Evaluated.work", "&Evaluated.work/0"],
    ["const again = defmodule('Evaluated', { work: () => 2 })", /./],
    ["[Evaluated.work(), again.work()]", "[ 2, 2 ]"],
    ["defmodule('Evaluated.Deep', { work: (a, b) => 3 })", "#Module<Evaluated.Deep: work/2>"],
    ["[Evaluated.work(), Evaluated.Deep.work()]", "[ 2, 3 ]"],
    ["defmodule('Evaluated', { work: 5 })", /^\*\* badarg: /],
  ],
]);

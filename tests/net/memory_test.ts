/**
 * The network within one OS process: what its faults do, and that nothing is left of what is closed.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { MemoryNetwork } from "../../src/net/memory.ts";
import { type Connection, TransportError } from "../../src/process/seams.ts";
import { World } from "../simulation/world.ts";

const text = { encode: (words: string) => new TextEncoder().encode(words) };

/** Two programs on two hosts, with a connection between them; `over` runs the world until a promise settles. */
const connected = async () => {
  const world = new World(1);
  const network = new MemoryNetwork({ clock: world.clock, chance: () => world.chance(), delay: 5 });
  const over = async <A>(promise: Promise<A>): Promise<A> => {
    let isDone = false;
    promise.then(() => isDone = true, () => isDone = true);
    await world.run(() => isDone);
    return await promise;
  };
  const listener = network.transport("west", "kate").listen({ host: "west", port: 9 });
  const accepting = listener.accept();
  const near = await over(network.transport("east", "alex").connect({ host: "west", port: 9 }));
  return { world, network, over, listener, near, far: await accepting };
};

const read = async (connection: Connection): Promise<string | null> => {
  const buffer = new Uint8Array(100);
  const count = await connection.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
};

Deno.test("one direction can be cut: the other goes on, and what was held comes when it is healed", async () => {
  const { world, network, over, near, far } = await connected();
  network.cutOneWay("east", "west");
  await near.write(text.encode("to the west"));
  await far.write(text.encode("to the east"));
  assertEquals(await over(read(near)), "to the east");
  const held = read(far);
  await world.runUntil(world.clock.now() + 1000);
  network.heal("east", "west");
  assertEquals(await over(held), "to the west");
});

Deno.test("a reset ends both ends, and loses what was under way", async () => {
  const { network, over, near, far } = await connected();
  await near.write(text.encode("lost"));
  network.reset("alex", "kate");
  assertEquals([await over(read(near)), await over(read(far))], [null, null]);
});

Deno.test("an unplugged program ends in silence, and hears nothing any more", async () => {
  const { world, network, near, far } = await connected();
  network.vanish("kate");
  await assertRejects(() => far.read(new Uint8Array(1)), TransportError);
  await near.write(text.encode("to nobody"));
  let isToldOf = false;
  void read(near).then(() => isToldOf = true);
  await world.runUntil(world.clock.now() + 1000);
  assertEquals(isToldOf, false);
  assertEquals(network.openSockets, 1);
});

Deno.test("what a stalled program does not read keeps the writer waiting", async () => {
  const world = new World(1);
  const network = new MemoryNetwork({
    clock: world.clock,
    chance: () => world.chance(),
    delay: 5,
    window: 10,
  });
  const listener = network.transport("west", "kate").listen({ host: "west", port: 9 });
  const accepting = listener.accept();
  const connecting = network.transport("east", "alex").connect({ host: "west", port: 9 });
  await world.runUntil(100);
  const [near, far] = [await connecting, await accepting];
  network.stall("kate");
  let isWritten = false;
  void near.write(new Uint8Array(20)).then(() => isWritten = true);
  const reading = far.read(new Uint8Array(100));
  await world.runUntil(200);
  assertEquals(isWritten, false);
  network.resume("kate");
  assertEquals(await reading, 20);
  await world.runUntil(300);
  assertEquals(isWritten, true);
});

Deno.test("nothing is open when all is closed, also of what a dead program had dialled", async () => {
  const { world, network, listener, near, far } = await connected();
  void network.transport("east", "alex").connect({ host: "west", port: 9 });
  network.crash("alex");
  await world.runUntil(world.clock.now() + 100);
  near.close();
  far.close();
  listener.close();
  assertEquals(network.openSockets, 0);
});

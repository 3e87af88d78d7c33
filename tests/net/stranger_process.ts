/**
 * Strangers in an OS process of their own: sockets to a node that stay silent, and some that send the beginning of
 * a hello, a byte at a time. Arguments: the node's port, how many are silent, how many trickle, milliseconds between
 * two bytes. Says how it stands in a line of numbers each time, and ends with its standard input.
 *
 * @module
 */
const [port = 0, silent = 0, trickling = 0, pause = 1_000] = Deno.args.map(Number);

/** A hello as a node says it, but for what would be refused: it never comes to its end. */
const hello = Uint8Array.of(0, 200, ...new TextEncoder().encode("spawnlink"), 1, 1, ...new Uint8Array(187));

const all = silent + trickling;
let made = 0;
let open = 0;
/** Those that trickle and are still open, each with the number of bytes that it has sent. */
const sent = new Map<Deno.TcpConn, number>();

const ended = async (connection: Deno.TcpConn): Promise<void> => {
  const buffer = new Uint8Array(1024);
  try {
    while (await connection.read(buffer) !== null);
  } catch {
    // A connection that is reset has ended too.
  }
  sent.delete(connection);
  connection.close();
  open--;
};

const dial = async (number: number): Promise<void> => {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  made++;
  open++;
  // Spread among the others.
  if (Math.floor((number + 1) * trickling / all) > Math.floor(number * trickling / all)) {
    sent.set(connection, 0);
  }
  void ended(connection);
};

const trickle = (): void => {
  for (const [connection, count] of sent) {
    sent.set(connection, count + 1);
    void connection.write(hello.subarray(count, count + 1)).catch(() => {});
  }
};

const say = (): void => console.log(`${made} ${open} ${sent.size} ${Math.min(...sent.values())}`);

setInterval(trickle, pause);
setInterval(say, 20);
// Not all at once: what does not fit into the system's own queue would never reach the node.
for (let number = 0; number < all; number += 50) {
  await Promise.all(Array.from({ length: Math.min(50, all - number) }, (_, at) => dial(number + at)));
}
for await (const _ of Deno.stdin.readable);
Deno.exit(0);

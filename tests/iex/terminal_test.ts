/**
 * The shell at a terminal: prompt, lines, output of others, Ctrl-C and Ctrl-D, history, completion. Ignored where
 * there is no `script` of util-linux, which makes terminals.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { chat, freePort, ownAddress, run, startNode } from "../cli/support.ts";
import { AtTerminal, hasScript } from "./at_terminal.ts";

const ignore = !hasScript();
const reason = ignore ? " (ignored: there is no script of util-linux)" : "";
const named = "--sname alex@localhost --cookie secret_token";

Deno.test({
  name: `at a terminal a prompt counts the lines up, and Ctrl-D stops the node${reason}`,
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("const a = 20 + 1\r");
    await alex.sees("\n21\n");
    await alex.sees("iex(alex@localhost)2> ");
    await alex.type("2 * a\r");
    await alex.sees("\n42\n");
    await alex.sees("iex(alex@localhost)3> ");
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: `at a terminal without a name the prompt has none, and no permission is asked for${reason}`,
  ignore,
  fn: async () => {
    await using shell = new AtTerminal("", freePort(), { flags: "" });
    await shell.sees("iex(1)> ");
    await shell.type("\x04");
    assertEquals(await shell.end(), 0);
  },
});

Deno.test({
  name: `at a terminal a node with --allow-net alone asks for nothing more${reason}`,
  ignore,
  fn: async () => {
    const name = `alex@${ownAddress()}`;
    await using alex = new AtTerminal(`--sname ${name} --cookie secret_token`, freePort(), {
      flags: "--allow-net",
    });
    await alex.sees(`iex(${name})1> `);
    await alex.type("Node.isAlive()\r");
    await alex.sees("\ntrue\n");
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
    assert(!alex.text.includes("requests"));
  },
});

Deno.test({
  name: `output of others does not tear what is being typed${reason}`,
  ignore,
  fn: async () => {
    const port = freePort();
    await using alex = new AtTerminal(named, port);
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("'typed ");
    await alex.sees("1> 'typed ");
    const { out } = await run(chat, ["--sname", "kate@localhost", "--cookie", "secret_token"], {
      lines: ['Chat.sendMessage("alex@localhost", "from kate")'],
      env: { ERL_EPMD_PORT: String(port) },
    });
    assertEquals(out, [":ok"]);
    // The prompt is taken away, the line comes, and then the prompt with what was typed.
    await alex.sees("from kate\niex(alex@localhost)1> 'typed ");
    await alex.type("on'\r");
    await alex.sees('\n"typed on"\n');
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: `Ctrl-C ends an evaluation, drops a line, and twice stops the node${reason}`,
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("self() && console.log('waiting') || Process.receive()\r");
    await alex.sees("\nwaiting\n");
    await alex.type("\x03");
    await alex.sees("\n** interrupted\n");
    await alex.sees("iex(alex@localhost)2> ");
    await alex.type("dropped");
    await alex.sees("dropped");
    await alex.type("\x03");
    await alex.sees("iex(alex@localhost)2> ", 2);
    await alex.type("'kept'\r");
    await alex.sees('\n"kept"\n');
    await alex.sees("iex(alex@localhost)3> ");
    await alex.type("\x03");
    await alex.sees("(To exit, press Ctrl+C again or Ctrl+D or type .exit)");
    await alex.type("\x03");
    assertEquals(await alex.end(), 0);
    assert(!alex.text.includes("ReferenceError"));
    assertStringIncludes(alex.text, "2> dropped");
  },
});

Deno.test({
  name:
    `what goes on has a prompt of its own, Ctrl-C drops it, and what is pasted is taken line by line${reason}`,
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("const twice = (x: number) => {\r");
    await alex.sees("...(alex@localhost)1> ");
    await alex.type("\x03");
    await alex.sees("iex(alex@localhost)1> ", 2);
    // The second waits for the first, the third goes on from it, and what ends the paste is no line yet.
    await alex.type(
      "const late = Effect.sleep(20).pipe(\r\tEffect.as(40),\r)\rlate\r  + 2\rEffect.fail('no')\r",
    );
    await alex.type("  .pipe(Effect.catch((no) => Effect.succeed(no + ' more')))\r'the end");
    await alex.sees('\n"no more"\n');
    await alex.sees("'the end");
    assertStringIncludes(
      alex.text,
      "iex(alex@localhost)1> const late = Effect.sleep(20).pipe(\n...(alex@localhost)1> ",
    );
    assertStringIncludes(alex.text, "\n40\niex(alex@localhost)2> ");
    await alex.type("\x15\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: `Tab completes: the library's names, and those of the session${reason}`,
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("const greeting = 'hello'\r");
    await alex.sees("iex(alex@localhost)2> ");
    await alex.type("[greet");
    await alex.type("\t");
    await alex.sees("[greeting");
    await alex.type(", Node.spawnL");
    await alex.type("\t");
    await alex.sees("Node.spawnLink");
    await alex.type(".name]\r");
    await alex.sees('\n[ "hello", "spawnLink" ]\n');
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: `lines of one session are there in the next, and only their owner can read them${reason}`,
  ignore,
  fn: async () => {
    const home = await Deno.makeTempDir();
    try {
      for (const [type, shown] of [["1 + 41\r", "42"], ["\x1b[A\r", "42"]] as const) {
        await using shell = new AtTerminal("", freePort(), { home });
        await shell.sees("iex(1)> ");
        await shell.type(type);
        await shell.sees(`\n${shown}\n`);
        await shell.type("\x04");
        assertEquals(await shell.end(), 0);
      }
      const file = `${home}/.spawnlink_history`;
      assertEquals(await Deno.readTextFile(file), "1 + 41\n");
      assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name:
    `what fails with nobody to see it is shown, and ends no shell; an exit signal ends a shell's process${reason}`,
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("const later = setTimeout(() => { throw new Error('late') })\r");
    await alex.sees("** (nobody awaits it) Error: late\n");
    await alex.type("void Promise.reject(new Error('lost'))\r");
    await alex.sees("** (nobody awaits it) Error: lost\n");
    await alex.type("Process.exit(self(), 'boom')\r");
    await alex.sees("shell process exited with reason: boom\n");
    await alex.sees("iex(alex@localhost)4> ");
    await alex.type("typeof later\r");
    await alex.sees('\n"object"\n');
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

for (const [keys, how] of [["\x04", "Ctrl-D"], ["\x03\x03", "Ctrl-C twice"]] as const) {
  Deno.test({
    name: `${how} stops the node: others see it go down${reason}`,
    ignore,
    fn: async () => {
      const port = freePort();
      await using kate = await startNode("kate@localhost", port);
      await using alex = new AtTerminal(named, port);
      await alex.sees("iex(alex@localhost)1> ");
      await alex.type("Node.connect('kate@localhost')\r");
      await alex.sees("\ntrue\n");
      await kate.type("Node.monitor('alex@localhost')");
      await kate.sees("true");
      await alex.type(keys);
      assertEquals(await alex.end(), 0);
      await kate.type("Process.receive(NodeDown)");
      await kate.sees('{:nodedown, "alex@localhost"}');
    },
  });
}

/**
 * The lesson as it is played: every line of its transcript is typed at terminals side by side, and what these
 * show is compared, prompts and all. Ignored where there is no tmux.
 *
 * @module
 */
import { chat, fileOf, freePort } from "../cli/support.ts";
import { hasTmux, type Screen, Tmux } from "./tmux.ts";

const ignore = !hasTmux();
const reason = ignore ? " (ignored: there is no tmux)" : "";

/** A shell without an application, as `deno task iex` opens it. */
const shell = ["run", "-A", "--no-check", fileOf("src/iex/iex.ts")];
const chatShell = ["run", "-A", "--no-check", chat];

const open = async (
  tmux: Tmux,
  names: ReadonlyArray<string>,
  program: ReadonlyArray<string>,
  cookie: string = "secret_token",
): Promise<ReadonlyArray<Screen>> => {
  const screens = await Promise.all(
    names.map((name) => tmux.open(name, [...program, "--sname", `${name}@localhost`, "--cookie", cookie])),
  );
  await Promise.all(screens.map((screen, at) => screen.shows(`iex(${names[at]}@localhost)1>`)));
  return screens;
};

const local = /^#PID<0\.\d+\.0>$/;
const remote = /^#PID<[1-9]\d*\.\d+\.0>$/;

Deno.test({
  name: "the lesson's first half: a module, Node.spawnLink, a message and its reply, and the cookie" + reason,
  ignore,
  fn: async () => {
    await using tmux = new Tmux(freePort());
    const [[alex, kate], [stranger]] = await Promise.all([
      open(tmux, ["alex", "kate"], shell),
      open(tmux, ["stranger"], shell, "another_token"),
    ]);
    if (alex === undefined || kate === undefined || stranger === undefined) throw new Error("no screens");

    const sayName = [
      'const Kate = defmodule("Kate", {',
      '  sayName: () => IO.puts("Hi, my name is Kate"),',
      "})",
    ];
    await kate.enter(...sayName);
    const kates = [
      `iex(kate@localhost)1> ${sayName[0]}`,
      `...(kate@localhost)1> ${sayName[1]}`,
      `...(kate@localhost)1> ${sayName[2]}`,
      "#Module<Kate: sayName/0>",
    ];
    await kate.shows(...kates, "iex(kate@localhost)2>");

    // What the lesson gives to Node.spawn_link is a closure: the shell says what to write instead.
    await alex.enter('Node.spawnLink("kate@localhost", () => Kate.sayName(), [])');
    const alexs: Array<string | RegExp> = [
      'iex(alex@localhost)1> Node.spawnLink("kate@localhost", () => Kate.sayName(), [])',
      '** badarg: Node.spawnLink("kate@localhost", …): a function travels by its name: write defmodule("Name", { work: … }) ' +
      'on that node, and give capture("Name", "work") here, or Name.work where it is defined here too',
    ];
    await alex.shows(...alexs, "iex(alex@localhost)2>");

    // The output may come before the pid, or behind the next prompt, which then comes again below it.
    const spawned = 'Node.spawnLink("kate@localhost", capture("Kate", "sayName"), [])';
    await alex.enter(spawned);
    await alex.endsWith("iex(alex@localhost)3>");
    alexs.push(
      `iex(alex@localhost)2> ${spawned}`,
      /^(Hi, my name is Kate|#PID<.*>)$/,
      /^(Hi, my name is Kate|#PID<.*>)$/,
    );
    await alex.shows(...alexs, "iex(alex@localhost)3>");
    await kate.shows(...kates, "iex(kate@localhost)2>");

    const answer = [
      'defmodule("Kate", {',
      "  answer: () => Effect.gen(function* () {",
      "    const [hi, alex] = yield* Process.receive();",
      '    if (hi === atom("hi")) yield* Process.send(alex, atom("sup?"));',
      "  }),",
      "})",
    ];
    await kate.enter(...answer);
    kates.push(
      `iex(kate@localhost)2> ${answer[0]}`,
      ...answer.slice(1).map((line) => `...(kate@localhost)2> ${line}`),
      "#Module<Kate: answer/0>",
    );
    await kate.shows(...kates, "iex(kate@localhost)3>");

    await alex.enter(
      'const pid = Node.spawnLink("kate@localhost", capture("Kate", "answer"), [])',
      "pid",
      'send(pid, tuple(atom("hi"), self()))',
    );
    alexs.push(
      'iex(alex@localhost)3> const pid = Node.spawnLink("kate@localhost", capture("Kate", "answer"), [])',
      remote,
      "iex(alex@localhost)4> pid",
      remote,
      'iex(alex@localhost)5> send(pid, tuple(atom("hi"), self()))',
      /^\{:hi, #PID<0\.\d+\.0>\}$/,
    );
    await alex.shows(...alexs, "iex(alex@localhost)6>");
    // The answer is on its way: a user who looks too early looks again.
    await alex.enter(
      "while ((await Process.info(self())).value.messageQueueLength === 0) await Effect.sleep(1)",
      "flush()",
    );
    alexs.push(
      "iex(alex@localhost)6> while ((await Process.info(self())).value.messageQueueLength === 0) await Effect.sleep(1)",
      "iex(alex@localhost)7> flush()",
      ":sup?",
      ":ok",
    );
    await alex.shows(...alexs, "iex(alex@localhost)8>");
    await alex.enter("self()", "Node.self()", "Node.list()");
    alexs.push(
      "iex(alex@localhost)8> self()",
      local,
      "iex(alex@localhost)9> Node.self()",
      '"alex@localhost"',
      "iex(alex@localhost)10> Node.list()",
      '[ "kate@localhost" ]',
    );
    await alex.shows(...alexs, "iex(alex@localhost)11>");

    // Another cookie connects with nobody.
    await stranger.enter('Node.connect("kate@localhost")', "Node.list()");
    await stranger.endsWith("iex(stranger@localhost)3>");
    const said = (await stranger.lines()).join("\n");
    if (!/\n\*\* noconnection: .*cookie/.test(said) || !said.includes("\n[]\n")) throw new Error(said);

    await Promise.all([alex, kate, stranger].map((screen) => screen.press("C-d")));
    await Promise.all([alex, kate, stranger].map((screen) => screen.ends()));
  },
});

Deno.test({
  name:
    "the lesson's second half: the chat in three terminals, Moebi among them, and a terminal that is gone" +
    reason,
  ignore,
  fn: async () => {
    await using tmux = new Tmux(freePort());
    const [alex, kate, moebi] = await open(tmux, ["alex", "kate", "moebi"], chatShell);
    if (alex === undefined || kate === undefined || moebi === undefined) throw new Error("no screens");

    await alex.enter('Chat.sendMessage("kate@localhost", "hi")');
    const alexs: Array<string | RegExp> = [
      'iex(alex@localhost)1> Chat.sendMessage("kate@localhost", "hi")',
      ":ok",
    ];
    await alex.shows(...alexs, "iex(alex@localhost)2>");
    await kate.shows("hi", "iex(kate@localhost)1>");

    await kate.enter('Chat.sendMessage("alex@localhost", "how are you?")');
    const kates = ["hi", 'iex(kate@localhost)1> Chat.sendMessage("alex@localhost", "how are you?")', ":ok"];
    await kate.shows(...kates, "iex(kate@localhost)2>");
    alexs.push("how are you?");
    await alex.shows(...alexs, "iex(alex@localhost)2>");

    await alex.enter('Chat.sendMessage("moebi@localhost", "hi")');
    alexs.push('iex(alex@localhost)2> Chat.sendMessage("moebi@localhost", "hi")', "chicken?", ":ok");
    await alex.shows(...alexs, "iex(alex@localhost)3>");
    await moebi.shows("hi", "iex(moebi@localhost)1>");
    await kate.shows(...kates, "iex(kate@localhost)2>");

    await moebi.kill();
    await alex.enter('Chat.sendMessage("moebi@localhost", "hi")');
    await alex.endsWith("iex(alex@localhost)4>");
    const said = (await alex.lines()).slice(alexs.length).join("");
    if (!/\*\* noconnection: .*: no connection to moebi@localhost/.test(said)) throw new Error(said);

    await kate.press("C-c");
    await kate.shows(
      ...kates,
      "iex(kate@localhost)2>",
      "(To exit, press Ctrl+C again or Ctrl+D or type .exit)",
      "iex(kate@localhost)2>",
    );
    await kate.press("C-c");
    await alex.press("C-d");
    await Promise.all([alex, kate].map((screen) => screen.ends()));
  },
});

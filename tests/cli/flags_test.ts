/**
 * The command line: what each is read as, or the one line that says what to write instead.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Flags, help, parseFlags } from "../../src/cli/flags.ts";

const plain: Flags = {
  name: undefined,
  cookie: undefined,
  cookieFile: undefined,
  listen: undefined,
  connect: [],
  addresses: {},
  tls: undefined,
  env: undefined,
  file: undefined,
  hidden: false,
  halt: true,
  help: false,
  version: false,
};

const onHost = (name: string) => (): string => name;

const read: ReadonlyArray<readonly [line: string, expected: Partial<Flags>]> = [
  ["", {}],
  ["--", {}],
  ["--sname alex@localhost", { name: "alex@localhost" }],
  ["--sname=alex@localhost", { name: "alex@localhost" }],
  ["-- --sname alex@localhost", { name: "alex@localhost" }],
  ["--sname alex", { name: "alex@box" }],
  ["--name alex@box.example.com", { name: "alex@box.example.com" }],
  ["--name alex@10.0.0.5", { name: "alex@10.0.0.5" }],
  ["--name alex@::1", { name: "alex@::1" }],
  ["--cookie secret", { cookie: "secret" }],
  ["--cookie 123", { cookie: "123" }],
  ["--cookie=-x=y", { cookie: "-x=y" }],
  ["--cookie-file a/b", { cookieFile: "a/b" }],
  ["--listen 127.0.0.1:9100", { listen: { host: "127.0.0.1", port: 9100 } }],
  ["--listen [::1]:0", { listen: { host: "::1", port: 0 } }],
  ["--connect kate@localhost --connect moebi@box", { connect: ["kate@localhost", "moebi@box"] }],
  ["--address kate@box=10.0.0.5:9100 --address b@c=[::1]:1", {
    addresses: { "kate@box": "10.0.0.5:9100", "b@c": "[::1]:1" },
  }],
  ["--tls-cert a.pem --tls-key b.pem", { tls: { cert: "a.pem", key: "b.pem", ca: undefined } }],
  ["--tls-cert a.pem --tls-key b.pem --tls-ca c.pem", { tls: { cert: "a.pem", key: "b.pem", ca: "c.pem" } }],
  ["--env prod", { env: "prod" }],
  ["-S ./chat.ts", { file: "./chat.ts" }],
  ["--sname alex@localhost -S https://host/chat.ts", {
    name: "alex@localhost",
    file: "https://host/chat.ts",
  }],
  ["--hidden", { hidden: true }],
  ["--hidden --hidden", { hidden: true }],
  ["--no-halt", { halt: false }],
  ["--hidden --no-halt --sname a@b", { hidden: true, halt: false, name: "a@b" }],
  ["--help", { help: true }],
  ["--version", { version: true }],
  ["--help --sname !", { help: true }],
];

const refused: ReadonlyArray<readonly [line: string, problem: string]> = [
  ["--snam a@b", "unknown argument --snam: --help lists what there is"],
  ["--halt", "unknown argument --halt: --help lists what there is"],
  ["--no-halt=1", "unknown argument --no-halt=1: --help lists what there is"],
  ["--no-hidden", "unknown argument --no-hidden: --help lists what there is"],
  ["-h", "unknown argument -h: --help lists what there is"],
  ["--__proto__ 1", "unknown argument --__proto__: --help lists what there is"],
  ["--cookie.x=1", "unknown argument --cookie.x=1: --help lists what there is"],
  ["alex", "unknown argument alex: --help lists what there is"],
  ["5", "unknown argument 5: --help lists what there is"],
  ["--hidden yes", "unknown argument yes: --help lists what there is"],
  ["--sname a@b -- x", "unknown argument x: --help lists what there is"],
  ["--sname", "--sname needs a value: --help shows how"],
  ["--sname=", "--sname needs a value: --help shows how"],
  ["--cookie --hidden", "--cookie needs a value: --help shows how"],
  ["--cookie --no-halt", "--cookie needs a value: --help shows how"],
  ["--cookie-file=", "--cookie-file needs a value: --help shows how"],
  ["--listen", "--listen needs a value: --help shows how"],
  ["--cookie a --cookie b", "--cookie stands twice: give it once"],
  ["--sname a@b --sname a@b", "--sname stands twice: give it once"],
  ["--sname a@b --name c@d.e", "give either --sname or --name"],
  ["--cookie a --cookie-file b", "give either --cookie or --cookie-file"],
  ["--sname @b", "@b is no node name: a node's name is written name@host, as alex@localhost"],
  ["--sname a@", "a@ is no node name: a node's name is written name@host, as alex@localhost"],
  ["--sname a@b@c", "a@b@c is no node name: a node's name is written name@host, as alex@localhost"],
  ["--name a", "a is no node name: a node's name is written name@host, as alex@localhost"],
  [
    "--sname a/b@c",
    'a/b@c is no node name: before the @ stand letters, digits, "_", "-" and "." alone, as in alex@localhost',
  ],
  [
    "--name a@b",
    "--name needs a full host name, as a@host.example.com: for a@b use --sname",
  ],
  ["--connect kate", "--connect kate is no node: write kate@localhost"],
  ["--connect=", "--connect needs a value: --help shows how"],
  [
    "--address kate@localhost",
    "--address kate@localhost is none: write NODE=HOST:PORT, as kate@localhost=127.0.0.1:9100",
  ],
  [
    "--address kate@b=9",
    "--address kate@b=9 is none: write NODE=HOST:PORT, as kate@localhost=127.0.0.1:9100",
  ],
  ["--tls-cert a.pem", "TLS needs both --tls-cert and --tls-key; --tls-ca says whom to trust"],
  ["--tls-key a.pem", "TLS needs both --tls-cert and --tls-key; --tls-ca says whom to trust"],
  ["--tls-ca a.pem", "TLS needs both --tls-cert and --tls-key; --tls-ca says whom to trust"],
  ["--listen 9100", "--listen 9100 is no address: write HOST:PORT, as 127.0.0.1:9100"],
  ["--listen :9100", "--listen :9100 is no address: write HOST:PORT, as 127.0.0.1:9100"],
  ["--listen a:65536", "--listen a:65536 is no address: write HOST:PORT, as 127.0.0.1:9100"],
];

const argumentsOf = (line: string): ReadonlyArray<string> => line === "" ? [] : line.split(" ");

for (const [line, expected] of read) {
  Deno.test(`"${line}" is read`, () => {
    assertEquals(parseFlags(argumentsOf(line), onHost("box")), { ...plain, ...expected });
  });
}

for (const [line, problem] of refused) {
  Deno.test(`"${line}" is refused with what to write instead`, () => {
    assertEquals(parseFlags(argumentsOf(line), onHost("box")), { problem });
  });
}

Deno.test("an empty cookie is refused", () => {
  assertEquals(parseFlags(["--cookie", ""], onHost("box")), {
    problem: "--cookie needs a value: --help shows how",
  });
});

Deno.test("the host's name is asked for only where --sname has none", () => {
  const never = (): string => {
    throw new Error("asked");
  };
  for (const line of ["--sname a@b", "--name a@b.c", "--cookie x", "--help"]) {
    parseFlags(argumentsOf(line), never);
  }
  const problem = "no permission";
  assertEquals(parseFlags(["--sname", "alex"], () => ({ problem })), { problem });
});

Deno.test("the help text names every flag", () => {
  const named = ["sname", "name", "cookie", "cookie-file", "listen", "hidden", "no-halt", "help", "version"];
  for (const flag of named) assertEquals(help.includes(`\n  --${flag} `), true, flag);
});

/**
 * Keys on their way to the line editor: line by line, held back, and Ctrl-C that overtakes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Keyboard } from "../../src/iex/keyboard.ts";

/** A keyboard whose keys come from this test, and all that came through it. */
class Bench {
  readonly came: Array<string> = [];
  interrupts = 0;
  readonly keyboard: Keyboard;
  readonly #listeners = new Map<string, (chunk: Uint8Array) => void>();

  constructor(onLine: (keyboard: Keyboard) => void = () => {}) {
    const keys = {
      on: (event: string, listener: (chunk: Uint8Array) => void) => this.#listeners.set(event, listener),
    };
    this.keyboard = new Keyboard(keys, () => this.interrupts++);
    this.keyboard.on("data", (chunk) => {
      this.came.push(String(chunk));
      onLine(this.keyboard);
    });
    this.keyboard.on("end", () => this.came.push("end"));
  }

  type(text: string): void {
    this.#listeners.get("data")?.(new TextEncoder().encode(text));
  }

  end(): void {
    this.#listeners.get("end")?.(new Uint8Array());
  }
}

Deno.test("each line comes by itself, however its end is written", () => {
  const bench = new Bench();
  bench.type("ab");
  bench.type("c\rd\r\ne\nf");
  assertEquals(bench.came, ["ab", "c\r", "d\r\n", "e\n", "f"]);
});

Deno.test("what comes while a line is evaluated waits for its end, and the next line can be looked at", () => {
  const bench = new Bench((keyboard) => keyboard.hold());
  bench.type("a\rb\r");
  bench.type("c\r");
  assertEquals([bench.came, bench.keyboard.ahead], [["a\r"], "b\r"]);
  bench.keyboard.release();
  assertEquals([bench.came, bench.keyboard.ahead], [["a\r", "b\r"], "c\r"]);
  bench.end();
  bench.keyboard.release();
  assertEquals(bench.came, ["a\r", "b\r", "c\r"]);
  bench.keyboard.release();
  assertEquals(bench.came, ["a\r", "b\r", "c\r", "end"]);
});

Deno.test("Ctrl-C overtakes what waits, and drops it; at a prompt it is a key like any other", () => {
  const bench = new Bench();
  bench.type("a\x03");
  assertEquals([bench.came, bench.interrupts], [["a\x03"], 0]);
  bench.keyboard.hold();
  bench.type("dropped\r");
  bench.type("dropped too\x03kept");
  assertEquals(bench.interrupts, 1);
  bench.keyboard.release();
  assertEquals(bench.came, ["a\x03", "kept"]);
});

Deno.test("a letter whose bytes come in two chunks is one", () => {
  const bench = new Bench();
  const [first = 0, ...rest] = new TextEncoder().encode("ж");
  const keys = new Map<string, (chunk: Uint8Array) => void>();
  const keyboard = new Keyboard({ on: (event, listener) => keys.set(event, listener) }, () => {});
  keyboard.on("data", (chunk) => bench.came.push(String(chunk)));
  keys.get("data")?.(new Uint8Array([first]));
  keys.get("data")?.(new Uint8Array(rest));
  assertEquals(bench.came, ["ж"]);
});

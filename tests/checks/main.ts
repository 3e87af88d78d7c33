/**
 * `deno task check`: everything about the code that a machine can check without running it, one line each.
 *
 * @module
 */

/** One thing to check. */
interface Check {
  readonly name: string;
  /** The arguments of the `deno` that checks it. */
  readonly args: ReadonlyArray<string>;
  /** What of its output counts, where that is not its exit code: none means that all is well. */
  readonly complaints?: (output: string) => ReadonlyArray<string>;
}

interface Configuration {
  readonly exports: Readonly<Record<string, string>>;
}

const top = new URL("../../", import.meta.url);
const { exports: entries }: Configuration = JSON.parse(Deno.readTextFileSync(new URL("deno.json", top)));

/** Of all that `deno doc --lint` says: a type of Effect's in a signature is no private type of ours. */
const undocumented = (output: string): ReadonlyArray<string> =>
  output.split("\n\n").filter((text) => /^error(?!\[private-type-ref\]|: Found \d+)/.test(text.trimStart()));

const checks: ReadonlyArray<Check> = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "lock file is complete", args: ["cache", "--frozen", "."] },
  { name: "types, also of the examples in comments", args: ["check", "--quiet", "--frozen", "--doc", "."] },
  {
    name: "every public symbol is documented",
    args: ["doc", "--lint", ...Object.values(entries)],
    complaints: undocumented,
  },
  {
    name: "direction of imports, versions",
    args: ["test", "--reporter=dot", "--allow-read", "--no-check", "tests/house"],
  },
  {
    name: "can be published",
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
  },
];

/** Runs one check; gives what is wrong, or nothing. */
const problemsOf = async ({ args, complaints }: Check): Promise<string> => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: top,
    env: { NO_COLOR: "1" },
  }).output();
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim()).join("\n").trim();
  if (complaints !== undefined) return complaints(output).join("\n\n");
  return success ? "" : output || "it failed, and says nothing";
};

let failed = 0;
for (const check of checks) {
  const begin = performance.now();
  const problems = await problemsOf(check);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${problems === "" ? "ok    " : "FAILED"}  ${check.name} (${seconds} s)`);
  if (problems === "") continue;
  failed += 1;
  console.log(problems.replace(/^/gm, "        "));
}
console.log(failed === 0 ? "All checks passed." : `${failed} of ${checks.length} checks failed.`);
Deno.exit(failed === 0 ? 0 : 1);
